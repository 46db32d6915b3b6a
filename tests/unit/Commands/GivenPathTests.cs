// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Commands;

namespace LeakVerifier.UnitTests.Commands;

/// <summary>Where a path leads, through whatever links; what labs hide is refused there too.</summary>
public sealed class GivenPathTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = GivenPath.Resolve(Directory.CreateTempSubdirectory("given-path-").FullName);

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_path_without_links_stays_as_it_is()
    {
        Directory.CreateDirectory(In("a"));

        GivenPath.Resolve(In("a")).Should().Be(In("a"));
        GivenPath.Resolve(In("a/b/c")).Should().Be(In("a/b/c"), "what does not exist may yet");
        GivenPath.Resolve("/").Should().Be("/");
    }

    [Test]
    public void Links_are_followed_in_every_place()
    {
        Directory.CreateDirectory(In("real/deep"));
        Link("first", "second");
        Link("second", In("real"));
        Link("real/deep/up", "../../other/./x");

        GivenPath.Resolve(In("first/deep/file")).Should().Be(In("real/deep/file"));
        GivenPath.Resolve(In("first/deep/up/y")).Should().Be(In("other/x/y"));
    }

    [Test]
    public void A_link_to_what_does_not_exist_is_followed()
    {
        Link("report.json", "/nowhere/report.json");

        GivenPath.Resolve(In("report.json")).Should().Be("/nowhere/report.json");
    }

    [Test]
    public void Links_in_a_circle_end()
    {
        Link("one", "two");
        Link("two", "one");

        GivenPath.Resolve(In("one/file")).Should().StartWith(_folder);
    }

    [TestCase("/dev/shm", "x.json")]
    [TestCase("/dev/shm/deeper", "x.json")]
    [TestCase("/run", "firewall")]
    [TestCase("/var/run", "firewall")]
    public void What_labs_hide_is_refused_through_links_too(string hidden, string below)
    {
        Link("link", hidden);
        var direct = () => HiddenPaths.Refuse("--json", Path.Combine(hidden, below));
        var folder = () => HiddenPaths.Refuse("--json", In("link/" + below));
        var itself = () => HiddenPaths.Refuse("--json", In("link"));

        direct.Should().Throw<CommandException>().WithMessage("*labs have a /* of their own; give a path elsewhere");
        folder.Should().Throw<CommandException>().WithMessage("--json *link/*labs have a /* of their own*")
            .Which.ExitCode.Should().Be(ExitCode.Usage);
        itself.Should().Throw<CommandException>();
    }

    [Test]
    public void What_labs_see_is_not_refused()
    {
        Link("link", _folder);
        foreach (var path in new[] { In("x.json"), In("link/x.json"), "/dev/null", "/dev/shmem", "/dev/stdout", "/runner", "-" })
        {
            HiddenPaths.Refuse("--json", path);
        }
    }

    private string In(string path) => Path.Combine(_folder, path);

    private void Link(string name, string target) => File.CreateSymbolicLink(In(name), target);
}

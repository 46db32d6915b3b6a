// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.UnitTests.Firewalls;

/// <summary>A folder is a firewall if it has an executable 'up'; otherwise its user is told what to mend.</summary>
public sealed class FirewallFolderTests
{
    private static readonly Scenario Stopped = ScenarioCatalogue.All.Single(scenario => scenario.Id == "oob-stopped");

    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("firewall-folder-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_folder_with_an_executable_up_is_a_firewall_named_after_the_folder()
    {
        Put("up", isExecutable: true);

        var firewall = FirewallFolder.Find(_folder + "/")!;

        firewall.Name.Should().Be(Path.GetFileName(_folder));
        firewall.Up.Should().Be(Path.Combine(_folder, "up"));
        firewall.Reload.Should().Be(firewall.Up, "it brings no 'reload'");
    }

    [Test]
    public void A_reload_of_its_own_is_used()
    {
        Put("up", isExecutable: true);
        Put("reload", isExecutable: true);

        FirewallFolder.Find(_folder)!.Reload.Should().Be(Path.Combine(_folder, "reload"));
    }

    [Test]
    public void Its_watch_and_its_stop_are_used_where_it_brings_them()
    {
        Put("up", isExecutable: true);
        Put("watch", isExecutable: true);

        FirewallFolder.Find(_folder).Should().Match<FirewallFolder>(firewall =>
            firewall.Watch == Path.Combine(_folder, "watch") && firewall.Stop == null);
    }

    [Test]
    public void What_runs_nothing_cannot_be_stopped()
    {
        Put("up", isExecutable: true);

        FirewallFolder.Find(_folder)!.WhyNot(Stopped).Should().Contain("neither 'watch' nor 'stop'");
        FirewallFolder.Find(_folder)!.WhyNot(FirewallScenarios.Reload).Should().BeNull("'up' is run again");
    }

    [TestCase("watch")]
    [TestCase("stop")]
    public void What_runs_or_stops_something_can_be(string program)
    {
        Put("up", isExecutable: true);
        Put(program, isExecutable: true);

        FirewallFolder.Find(_folder)!.WhyNot(Stopped).Should().BeNull();
    }

    [Test]
    public void None_is_no_firewall()
    {
        FirewallFolder.Find("none").Should().BeNull();
    }

    [Test]
    public void A_folder_that_is_not_there_is_refused()
    {
        var find = () => FirewallFolder.Find(Path.Combine(_folder, "nowhere"));

        find.Should().Throw<FirewallNotUsableException>().WithMessage("*nowhere: no such folder*");
    }

    [Test]
    public void A_folder_without_up_is_refused()
    {
        Put("down", isExecutable: true);

        var find = () => FirewallFolder.Find(_folder);

        find.Should().Throw<FirewallNotUsableException>().WithMessage("*has no 'up'*");
    }

    [Test]
    public void An_up_that_is_not_executable_is_refused_with_the_command_that_mends_it()
    {
        Put("up", isExecutable: false);

        var find = () => FirewallFolder.Find(_folder);

        find.Should().Throw<FirewallNotUsableException>().WithMessage($"*chmod +x {_folder}/up");
    }

    private void Put(string name, bool isExecutable)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | (isExecutable ? UnixFileMode.UserExecute : 0));
    }
}

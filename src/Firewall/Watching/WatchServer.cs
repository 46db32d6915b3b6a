// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Answers the verbs that change rules, as <see cref="RemoteWatch"/> asks.</summary>
internal sealed class WatchServer : IDisposable
{
    /// <summary>A verb that hangs does not keep the watch from restoring for longer.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    private readonly Watcher _watcher;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly List<Socket> _verbs = [];
    private Socket? _holder;
    private long _heldSince;

    /// <summary>Begins to listen at <paramref name="path"/>, whose old socket nobody listens to.</summary>
    public WatchServer(string path, Watcher watcher, TimeProvider time)
    {
        (_watcher, _time) = (watcher, time);
        File.Delete(path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen();
    }

    /// <summary>What to wait for; for poll(2).</summary>
    public IEnumerable<int> WaitingFor => [Number(_listener), .. _verbs.Select(Number)];

    /// <summary>Whether the rules in force are those of a verb, and not of this watch's configuration.</summary>
    public bool HasVerbsRules { get; set; }

    /// <summary>Whether a verb brought rules of before, which name what was there then.</summary>
    public bool HasEarlierRules { get; set; }

    /// <summary>Until when a hold is tolerated; null: there is none.</summary>
    public TimeSpan? HoldRest
    {
        get
        {
            var rest = LongestHold - _time.GetElapsedTime(_heldSince);
            return _holder is null ? null : rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        }
    }

    /// <summary>Ends a hold that lasts too long.</summary>
    public void EndLongHold()
    {
        if (HoldRest == TimeSpan.Zero)
        {
            LetGo();
        }
    }

    /// <summary>Does what one of <see cref="WaitingFor"/> wants.</summary>
    public void Serve(int descriptor)
    {
        if (descriptor == Number(_listener))
        {
            _verbs.Add(_listener.Accept());
        }
        else if (_verbs.Find(verb => Number(verb) == descriptor) is { } verb && !Answer(verb))
        {
            _verbs.Remove(verb);
            if (verb == _holder)
            {
                LetGo();
            }

            verb.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _verbs.ForEach(verb => verb.Dispose());
        _listener.Dispose();
    }

    /// <returns>False when the other end is closed.</returns>
    private bool Answer(Socket verb)
    {
        try
        {
            var request = new byte[RemoteWatch.LineLength];
            var length = verb.Receive(request);
            if (length == 0)
            {
                return false;
            }

            verb.Send(Encoding.UTF8.GetBytes(Answer(verb, Encoding.UTF8.GetString(request, 0, length))));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Answer(Socket verb, string request)
    {
        try
        {
            var lines = request.Split('\n', 2);
            switch (lines[0].Split(' '))
            {
                case ["hold"]:
                    (_holder, _heldSince) = (verb, _time.GetTimestamp());
                    _watcher.Hold();
                    return RemoteWatch.Done;

                case ["adopt", var number]
                    when uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var generation):
                    var policy = lines.Length > 1 ? PolicyText.Read(lines[1]) : null;
                    if (!_watcher.Adopt(generation, policy))
                    {
                        return RemoteWatch.Again;
                    }

                    (HasVerbsRules, HasEarlierRules) = (true, policy is null && _watcher.Policy is not null);
                    return RemoteWatch.Done;

                case ["open"]:
                    _watcher.Open();
                    return RemoteWatch.Done;

                default:
                    return $"the watch does not know '{request}': it is another version; restart it";
            }
        }
        catch (WatchException exception)
        {
            return exception.Message;
        }
    }

    private void LetGo()
    {
        _holder = null;
        _watcher.LetGo();
    }

    private static int Number(Socket socket) => (int)socket.Handle;
}

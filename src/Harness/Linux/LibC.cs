// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Harness.Linux;

/// <summary>The system calls that .NET does not offer. Names are those of the manual pages, section 2.</summary>
internal static partial class LibC
{
    /// <summary>unshare(2), setns(2): a mount namespace.</summary>
    public const int CLONE_NEWNS = 0x0002_0000;

    /// <summary>unshare(2), setns(2): a network namespace.</summary>
    public const int CLONE_NEWNET = 0x4000_0000;

    /// <summary>unshare(2): a process-id namespace for the children to come.</summary>
    public const int CLONE_NEWPID = 0x2000_0000;

    /// <summary>unshare(2): a root and a current folder that no other thread shares.</summary>
    public const int CLONE_FS = 0x200;

    /// <summary>setns(2): a cgroup namespace.</summary>
    public const int CLONE_NEWCGROUP = 0x0200_0000;

    /// <summary>setns(2): a host name.</summary>
    public const int CLONE_NEWUTS = 0x0400_0000;

    /// <summary>setns(2): System V and POSIX message queues.</summary>
    public const int CLONE_NEWIPC = 0x0800_0000;

    /// <summary>mount(2): apply to the whole tree below.</summary>
    public const ulong MS_REC = 0x4000;

    /// <summary>mount(2): neither receive nor send mounts and unmounts.</summary>
    public const ulong MS_PRIVATE = 0x4_0000;

    /// <summary>mount(2): make a tree visible at a second place.</summary>
    public const ulong MS_BIND = 0x1000;

    /// <summary>prctl(2): the signal that this process gets when the thread that started it ends.</summary>
    public const int PR_SET_PDEATHSIG = 1;

    /// <summary>prctl(2): take a capability out of the bounding set.</summary>
    public const int PR_CAPBSET_DROP = 24;

    /// <summary>prctl(2): no program started from here on gains privileges.</summary>
    public const int PR_SET_NO_NEW_PRIVS = 38;

    /// <summary>mknod(2): a character device.</summary>
    public const uint S_IFCHR = 0x2000;

    /// <summary>poll(2): there is something to read.</summary>
    public const short POLLIN = 1;

    /// <summary>open(2): for reading only.</summary>
    public const int O_RDONLY = 0;

    /// <summary>open(2): for writing only.</summary>
    public const int O_WRONLY = 1;

    /// <summary>fcntl(2): a descriptor's flags, which only one that is open has.</summary>
    public const int F_GETFD = 1;

    /// <summary>access(2): whether the caller may write.</summary>
    public const int W_OK = 2;

    /// <summary>The name of the system library.</summary>
    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unshare(int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setns(SafeHandle fd, int kind);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string source, string target, string? type, ulong flags, string? data);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mknod(string path, uint mode, ulong device);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int prctl(int option, nuint argument);

    /// <summary>The same with the further arguments that some options want to be zero.</summary>
    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int prctl(int option, nuint argument, nuint third, nuint fourth, nuint fifth);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int kill(int process, int signal);

    /// <summary>open(2), for a descriptor that programs started from here inherit: .NET opens none of those.</summary>
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fcntl(int descriptor, int command);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int access(string path, int mode);

    /// <summary>setsid(2): leaves the terminal, and the processes to which it sends its signals.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int setsid();

    /// <summary>setpriority(2); by PRIO_PROCESS, 0, and 0 it is the calling thread's.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int setpriority(int which, int who, int priority);

    /// <summary>sched_setscheduler(2); 0 is the calling thread. struct sched_param has one member, the priority.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_setscheduler(int thread, int policy, in int priority);

    [LibraryImport(Library)]
    public static partial uint geteuid();

    [LibraryImport(Library, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint send(SafeHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recv(SafeHandle socket, Span<byte> bytes, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bind(SafeHandle socket, ReadOnlySpan<byte> address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);

    /// <summary>if_nametoindex(3): 0 when there is no such interface in the calling thread's namespace.</summary>
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint if_nametoindex(string name);

    /// <summary>
    /// The raw call: the wrappers of setresuid(2) and its kin change every thread of a process (nptl(7)), which is
    /// exactly what a thread that plays another user must not do.
    /// </summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint syscall(nint number, nint first, nint second, nint third);

    /// <summary>struct pollfd, poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Writes a file that is there as a whole or not at all, whatever happens, power cuts included.</summary>
public static partial class DurableFile
{
    private const int ReadOnlyDirectoryCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Writes <paramref name="text"/> beside the file, to the disk, and then renames it.</summary>
    public static void Write(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder, OwnersFolder);

        // A name of its own, so that two writers do not mix; nobody else can write to the folder.
        var draft = $"{path}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }

        SyncFolder(folder);
    }

    /// <summary>A rename is only safe once its folder is on the disk (fsync(2)).</summary>
    private static void SyncFolder(string folder)
    {
        var descriptor = Open(folder, ReadOnlyDirectoryCloseOnExec);
        if (descriptor >= 0)
        {
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

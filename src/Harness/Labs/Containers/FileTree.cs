// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>A file, or a folder with all that is in it, on its way from one file system to the same path in another.</summary>
internal sealed class FileTree
{
    /// <summary>The most that is carried, in bytes: a firewall's folder or a run's certificates, not a disk.</summary>
    public const long Limit = 64 * 1024 * 1024;

    private const UnixFileMode FolderMode = (UnixFileMode)0x1ED; // 0755

    private readonly ImmutableArray<Entry> _entries;

    private FileTree(ImmutableArray<Entry> entries)
    {
        _entries = entries;
    }

    /// <summary>Reads it where the caller is. Symbolic links stay what they are.</summary>
    /// <exception cref="ContainerException">It is larger than <see cref="Limit"/>.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileTree Read(string path)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>();
        var left = Limit;
        void Take(FileInfo file)
        {
            if (file.LinkTarget is { } target)
            {
                entries.Add(new Entry(file.FullName, default, null, target));
                return;
            }

            left -= file.Length;
            if (left < 0)
            {
                throw new ContainerException($"copying {path} into a container: it is larger than {Limit >> 20} MiB");
            }

            entries.Add(new Entry(file.FullName, file.UnixFileMode, File.ReadAllBytes(file.FullName), null));
        }

        if (File.Exists(path))
        {
            Take(new FileInfo(path));
        }
        else
        {
            foreach (var file in new DirectoryInfo(path).EnumerateFiles("*", Recursively))
            {
                Take(file);
            }
        }

        return new FileTree(entries.ToImmutable());
    }

    /// <summary>Writes it to the same path in the calling thread's file system.</summary>
    /// <exception cref="IOException">It cannot be written, for example because the disk is full.</exception>
    public void Write()
    {
        foreach (var entry in _entries)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(entry.Path)!, FolderMode);
            File.Delete(entry.Path);
            if (entry.Content is null)
            {
                File.CreateSymbolicLink(entry.Path, entry.Target!);
                continue;
            }

            File.WriteAllBytes(entry.Path, entry.Content);
            File.SetUnixFileMode(entry.Path, entry.Mode);
        }
    }

    /// <summary>Device nodes and sockets are not files that can be carried; folders behind links may be anywhere.</summary>
    private static EnumerationOptions Recursively { get; } = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.Device,
        IgnoreInaccessible = false,
    };

    private sealed record Entry(string Path, UnixFileMode Mode, byte[]? Content, string? Target);
}

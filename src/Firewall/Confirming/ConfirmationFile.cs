// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.Firewall.Confirming;

/// <summary>
/// The file through which a waiting start, its confirmation and its deadline know of each other. It is in /run, so that
/// it does not outlive the kernel whose rules it is about; whoever changes it holds the lock.
/// </summary>
public sealed class ConfirmationFile
{
    private readonly string _path;

    /// <param name="folder">The program's folder of /run.</param>
    /// <param name="networkNamespace">The network namespace's number.</param>
    public ConfirmationFile(string folder, string networkNamespace)
    {
        Folder = folder;
        _path = Path.Combine(folder, $"confirmation-{networkNamespace}.json");
    }

    /// <summary>The folder that it is in; it is there once something was written.</summary>
    public string Folder { get; }

    /// <summary>Reads it.</summary>
    /// <returns>Null when there is none, or when it is not one of ours.</returns>
    public Confirmation? Read()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(_path));
            var json = document.RootElement;
            return new Confirmation(
                Enum.GetValues<ConfirmationState>().First(state => state.ToString() == Text(json, "state")),
                Text(json, "token"),
                json.GetProperty("seconds").GetInt32(),
                json.GetProperty("deadline").GetInt64(),
                Text(json, "before"),
                json.GetProperty("wasOpen").GetBoolean());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Writes it, whole or not at all. Only root may read it: it holds rules.</summary>
    public void Write(Confirmation confirmation)
    {
        Directory.CreateDirectory(Folder);
        var draft = _path + ".new";
        using (var stream = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("state", confirmation.State.ToString());
            json.WriteString("token", confirmation.Token);
            json.WriteNumber("seconds", confirmation.Seconds);
            json.WriteNumber("deadline", confirmation.Deadline);
            json.WriteString("before", confirmation.Before);
            json.WriteBoolean("wasOpen", confirmation.WasOpen);
            json.WriteEndObject();
        }

        File.Move(draft, _path, overwrite: true);
    }

    /// <summary>Removes it: nothing waits any more.</summary>
    public void Delete() => File.Delete(_path);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}

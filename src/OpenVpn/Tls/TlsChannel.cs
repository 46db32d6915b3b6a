// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace LeakVerifier.OpenVpn.Tls;

/// <summary>
/// The server's end of one TLS connection whose bytes travel in packets of the control channel. Every method runs
/// under the server's lock and does its work before it returns.
/// </summary>
internal sealed class TlsChannel : IDisposable
{
    /// <summary>
    /// The most plaintext that may wait to be read: key method 2 and control text are below 4 KB, and the session
    /// reads after every offer.
    /// </summary>
    private const int MaximumPlaintext = 64 * 1024;

    private readonly MemoryDuplex _duplex = new();
    private readonly SslStream _tls;
    private readonly Queue<byte[]> _plaintext = [];
    private int _plaintextLength;

    private TlsChannel()
    {
        _tls = new SslStream(_duplex, leaveInnerStreamOpen: true);
    }

    /// <summary>Whether the handshake is finished, so that <see cref="Write"/> may be called.</summary>
    public bool IsAuthenticated { get; private set; }

    /// <summary>Why the connection ended, once it has.</summary>
    public string? Failure { get; private set; }

    /// <summary>The client's certificate, if it showed one.</summary>
    public X509Certificate? ClientCertificate => IsAuthenticated ? _tls.RemoteCertificate : null;

    /// <summary><c>Tls12</c> or <c>Tls13</c> once authenticated.</summary>
    public SslProtocols Version => _tls.SslProtocol;

    /// <summary>Begins to wait for a ClientHello.</summary>
    public static TlsChannel Start(TlsIdentity identity)
    {
        var channel = new TlsChannel();
        Inline(() => _ = channel.RunAsync(identity.Options()));
        return channel;
    }

    /// <summary>Gives TLS the bytes of a packet. Afterwards there may be bytes to send and plaintext to read.</summary>
    public void Offer(byte[] bytes)
    {
        if (Failure is null)
        {
            Inline(() => _duplex.Offer(bytes));
        }
    }

    /// <summary>Takes what TLS wants sent; empty when nothing.</summary>
    public byte[] TakeOutgoing() => _duplex.TakeWritten();

    /// <summary>Takes the next piece of decrypted bytes.</summary>
    public bool TryTakePlaintext(out byte[] plaintext)
    {
        if (!_plaintext.TryDequeue(out plaintext!))
        {
            plaintext = [];
            return false;
        }

        _plaintextLength -= plaintext.Length;
        return true;
    }

    /// <summary>Encrypts a message as one TLS record.</summary>
    public void Write(ReadOnlySpan<byte> message)
    {
        if (Failure is null)
        {
            _tls.Write(message);
        }
    }

    public void Dispose()
    {
        Failure ??= "closed by the server";
        Inline(_duplex.End);
        _tls.Dispose();
    }

    /// <summary>
    /// Runs a step of TLS to its end. On a thread with a synchronization context the runtime would queue continuations
    /// to the thread pool, even those that asked for no context.
    /// </summary>
    private static void Inline(Action step)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            step();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task RunAsync(SslServerAuthenticationOptions options)
    {
        try
        {
            await _tls.AuthenticateAsServerAsync(options).ConfigureAwait(false);
            IsAuthenticated = true;
            var buffer = new byte[4096];
            int count;
            while ((count = await _tls.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                _plaintextLength += count;
                if (_plaintextLength > MaximumPlaintext)
                {
                    throw new IOException("more plaintext than the protocol knows");
                }

                _plaintext.Enqueue(buffer[..count]);
            }

            Failure ??= "closed by the client";
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or ObjectDisposedException
            or InvalidOperationException or NotSupportedException)
        {
            // Whatever a peer sends, the failure belongs to its session alone.
            Failure ??= exception.InnerException is { } inner
                ? $"{exception.Message} ({inner.Message})"
                : exception.Message;
        }
    }
}

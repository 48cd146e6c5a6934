using System.Net.Sockets;
using System.Security.Cryptography;

namespace AiGateway.Hosting;

/// <summary>Tells faults of a start that are the operator's to mend, and need one line, from our own, which need their stack trace.</summary>
internal static class StartFault
{
    /// <summary>
    /// True for an address that is in use, forbidden or not this machine's, a file or folder that cannot be read or written,
    /// a certificate that is none, and telemetry settings that cannot be used.
    /// </summary>
    public static bool IsOperators(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or SocketException or CryptographicException or FormatException;
}

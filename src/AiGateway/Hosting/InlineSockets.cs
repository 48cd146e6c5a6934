using AiGateway.Configuration;

namespace AiGateway.Hosting;

/// <summary>Lets requests go on where their bytes came in, on the threads that wait for sockets, instead of handing them to the thread pool and back.</summary>
/// <remarks>
/// <para>It saves CPU and delay, above all at a moderate rate, where pool threads spin while they wait for work
/// (docs/decisions/0002-inline-sockets.md). What makes it safe is <see cref="Pipeline.SocketThread"/>.</para>
/// <para>The runtime has one switch, an environment variable that it reads before its first socket; an operator who sets it has
/// the last word. Elsewhere than on Unix sockets work otherwise, and nothing changes.</para>
/// </remarks>
internal static class InlineSockets
{
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Turns it on for this process, unless the environment says otherwise. Before any socket is made.</summary>
    public static void Prefer()
    {
        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable(Switch) is null)
        {
            Environment.SetEnvironmentVariable(Switch, "1");
        }
    }

    /// <summary>Whether Kestrel is to go on inline too. Not with TLS: its handshakes compute, and there the hand-over to the pool stays.</summary>
    public static bool SuitKestrel(HostModel host) =>
        !OperatingSystem.IsWindows()
        && Environment.GetEnvironmentVariable(Switch) is "1" or "true"
        && !host.Listen.IsHttps && host.AdminListen?.IsHttps != true && host.MetricsListen?.IsHttps != true;
}

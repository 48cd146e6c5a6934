using System.Net.Security;
using AiGateway.Configuration;

namespace AiGateway.Cli;

/// <summary><c>health</c>: asks the running gateway whether it is alive. What a container's health check calls.</summary>
internal sealed class HealthCommand(TextWriter output, TextWriter error, Func<string, string?> environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>0 when it answers 200, 1 otherwise.</summary>
    public async Task<int> RunAsync(Options options)
    {
        var target = options.Value("url") ?? Address(options) + "/healthz";
        if (!Uri.TryCreate(target, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            await error.WriteLineAsync($"'{target}' is not an http(s) URL.");
            return ExitCode.Misuse;
        }
        // Asked over loopback by address: the certificate is our own and names another host.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
#pragma warning disable CA5359 // Nothing secret is sent and nothing but "200" is believed.
        handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
#pragma warning restore CA5359
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            using var response = await invoker.SendAsync(request, deadline.Token);
            await output.WriteLineAsync($"{uri} answers {(int)response.StatusCode}.");
            return (int)response.StatusCode == 200 ? ExitCode.Good : ExitCode.Bad;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            await error.WriteLineAsync($"{uri} does not answer: {(exception is OperationCanceledException ? $"nothing within {Patience.TotalSeconds} s" : exception.Message)}.");
            return ExitCode.Bad;
        }
    }

    /// <summary>The API's own listener.</summary>
    private string Address(Options options)
    {
        var standard = HostModel.Default.Listen;
        return RunningGateway.AddressOf(RunningGateway.HostOf(options, environment, error, standard)?.Listen, standard);
    }
}

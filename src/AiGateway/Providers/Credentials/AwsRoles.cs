using System.Globalization;
using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;
using AiGateway.Protocols.Bedrock.SigV4;

namespace AiGateway.Providers.Credentials;

/// <summary>Assumes roles: the two calls of AWS STS that turn credentials, or a web identity's token, into those of a role.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and API_AssumeRoleWithWebIdentity.html.</remarks>
/// <param name="region">The region whose endpoint is asked.</param>
/// <param name="transport">Over what STS is asked.</param>
/// <param name="clock">The clock.</param>
internal sealed class AwsRoles(string region, TokenTransport transport, TimeProvider clock)
{
    // An answer has some two kilobytes.
    private const int LongestAnswer = 256 * 1024;
    private static readonly XNamespace Sts = "https://sts.amazonaws.com/doc/2011-06-15/";

    /// <summary>The role's credentials.</summary>
    /// <param name="source">Who assumes it.</param>
    /// <param name="role">Its ARN.</param>
    /// <param name="session">The session's name in CloudTrail.</param>
    /// <param name="externalId">The external id that its trust policy asks for; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TokenException">STS refused.</exception>
    public Task<AwsIdentity> AssumeAsync(SigV4Credentials source, string role, string session, string? externalId, CancellationToken cancellationToken)
    {
        var form = Form("AssumeRole", role, session);
        if (!string.IsNullOrEmpty(externalId))
        {
            form.Add(new("ExternalId", externalId));
        }
        return AskAsync(form, source, cancellationToken);
    }

    /// <summary>The credentials of a role that trusts a web identity, such as a Kubernetes service account.</summary>
    /// <param name="tokenFile">Where the identity's token is; read each time, since it is replaced.</param>
    /// <param name="role">The role's ARN.</param>
    /// <param name="session">The session's name in CloudTrail.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TokenException">STS refused.</exception>
    public async Task<AwsIdentity> AssumeWithWebIdentityAsync(string tokenFile, string role, string session, CancellationToken cancellationToken)
    {
        var form = Form("AssumeRoleWithWebIdentity", role, session);
        form.Add(new("WebIdentityToken", (await File.ReadAllTextAsync(tokenFile, cancellationToken)).Trim()));
        return await AskAsync(form, null, cancellationToken);
    }

    private static List<KeyValuePair<string, string>> Form(string action, string role, string session) =>
        [new("Action", action), new("Version", "2011-06-15"), new("RoleArn", role), new("RoleSessionName", session)];

    private async Task<AwsIdentity> AskAsync(List<KeyValuePair<string, string>> form, SigV4Credentials? signer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint()) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/xml"));
        if (signer is not null)
        {
            new SigV4Signer(signer, region, "sts", clock).Sign(request, await PayloadHash.OfAsync(request.Content, cancellationToken));
        }
        using var response = await transport.Invoker.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
        var answer = Parse(await response.Content.ReadAsStringAsync(cancellationToken), (int)response.StatusCode);
        if (!response.IsSuccessStatusCode)
        {
            var error = answer.Descendants(Sts + "Error").FirstOrDefault();
            throw new TokenException($"AWS STS answered {(int)response.StatusCode} {error?.Element(Sts + "Code")?.Value}: {error?.Element(Sts + "Message")?.Value}");
        }
        var found = answer.Descendants(Sts + "Credentials").FirstOrDefault();
        string Value(string name) => found?.Element(Sts + name)?.Value is { Length: > 0 } value ? value : throw new TokenException($"the answer of AWS STS has no {name}");
        return new AwsIdentity(
            new SigV4Credentials(Value("AccessKeyId"), Value("SecretAccessKey"), Value("SessionToken")),
            DateTimeOffset.Parse(Value("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
    }

    private static XDocument Parse(string text, int status)
    {
        try
        {
            return XDocument.Parse(text);
        }
        catch (XmlException)
        {
            throw new TokenException($"AWS STS answered {status} with something that is no XML");
        }
    }

    /// <summary>The regional endpoint, or the one that AWS's own variable names (a private link, a test).</summary>
    private Uri Endpoint()
    {
        if (Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_STS") is { Length: > 0 } own)
        {
            return new Uri(own);
        }
        return new Uri($"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}/");
    }
}

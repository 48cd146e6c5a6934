using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>What a caller got for one chat completion: also when the connection broke in the middle.</summary>
/// <param name="Status">The status; 0 when not even that came.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">Everything that came of the body.</param>
/// <param name="IsBroken">True when the body did not end as HTTP says it should.</param>
internal sealed record ChatAnswer(int Status, HttpResponseHeaders? Headers, string Body, bool IsBroken)
{
    /// <summary>The gateway's id of the request.</summary>
    public string RequestId => Header("x-request-id");

    /// <summary>Which deployment answered; empty when the headers do not say.</summary>
    public string Deployment => Header("x-gateway-deployment");

    /// <summary>How many attempts it took; empty when the headers do not say.</summary>
    public string Attempts => Header("x-gateway-attempts");

    /// <summary>The version of the configuration that answered.</summary>
    public string ConfigVersion => Header("x-gateway-config-version");

    /// <summary>The events of a stream, without <c>data: </c>; comments left out.</summary>
    public IReadOnlyList<string> Events =>
        [.. Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part.StartsWith("data: ", StringComparison.Ordinal)).Select(part => part["data: ".Length..])];

    /// <summary>Whether a stream came with its finish reason and its terminal event, or a body is a whole completion.</summary>
    public bool IsWhole => Status == 200 && !IsBroken && (Body.StartsWith('{')
        ? Choices(Body)
        : Body.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) && Body.Contains("\"finish_reason\":\"", StringComparison.Ordinal));

    /// <summary>The <c>error</c> object of a body, or of the last event of a stream.</summary>
    public JsonElement Error
    {
        get
        {
            var text = Body.StartsWith('{') ? Body : Events.Count > 0 ? Events[^1] : throw new InvalidOperationException($"No error in: {this}");
            return JsonSerializer.Deserialize<JsonElement>(text).GetProperty("error");
        }
    }

    /// <summary>Asks for a chat completion and reads whatever comes.</summary>
    /// <param name="client">A client of the gateway.</param>
    /// <param name="model">The model name.</param>
    /// <param name="stream">Whether to ask for a stream.</param>
    /// <param name="simId">Passed through as <c>metadata.sim_id</c>, by which the simulator counts.</param>
    /// <param name="headers">More request headers.</param>
    public static async Task<ChatAnswer> AskAsync(HttpClient client, string model, bool stream, string? simId = null, params (string Name, string Value)[] headers)
    {
        using var request = Request(model, stream, simId);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage answer;
        try
        {
            answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (HttpRequestException)
        {
            return new ChatAnswer(0, null, "", IsBroken: true);
        }
        using (answer)
        {
            using var received = new MemoryStream();
            var isBroken = false;
            try
            {
                await using var body = await answer.Content.ReadAsStreamAsync();
                await body.CopyToAsync(received);
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException)
            {
                isBroken = true;
            }
            return new ChatAnswer((int)answer.StatusCode, answer.Headers, Encoding.UTF8.GetString(received.ToArray()), isBroken);
        }
    }

    /// <summary>The request, to be sent otherwise.</summary>
    public static HttpRequestMessage Request(string model, bool stream, string? simId = null)
    {
        var metadata = simId is null ? "" : $$""","metadata":{"sim_id":"{{simId}}"}""";
        var body = $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Tell me something."}]{{metadata}}}""";
        return new HttpRequestMessage(HttpMethod.Post, new Uri("v1/chat/completions", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    /// <summary>A header's value; empty when it did not come.</summary>
    public string Header(string name) => Headers is not null && Headers.TryGetValues(name, out var values) ? string.Join(",", values) : "";

    private static bool Choices(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("choices").GetArrayLength() > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

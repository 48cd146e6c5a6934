using System.Diagnostics;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Random changes to good requests, on the socket: never a 500, never a hang, and the gateway serves on.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class RequestFuzzTests(HostileGateway gateway)
{
    private const int Parallel = 16;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 10_000 : 1_000;

    private static readonly string[] Dictionary =
    [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ";", ",", "\"", "\\", "{", "}", "[", "]", "null", "-1", "1e999", "\\ud800", "\\u0000", "\u00ff", "\u00c3\u00a9", "0\r\n\r\n", "%00", "%2e%2e/", "../",
        "Content-Length: 0\r\n", "Content-Length: 99999999\r\n", "Transfer-Encoding: chunked\r\n", "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
        "Content-Type: multipart/form-data; boundary=b\r\n", "Authorization: x\r\n", "x-gateway-timeout-ms: 1\r\n", "x-gateway-tags: a=b\r\n", "HTTP/1.0", "\"model\":", "\"stream\":true,", "\"tools\":[{}],", "\"n\":-1,", "--b\r\n", "--b--",
    ];

    private static readonly string[] Seeds =
    [
        HostileGateway.Request(HostileGateway.GoodBody),
        HostileGateway.Request("""{"model":"a/gpt","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":[{"type":"text","text":"hé"}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"metadata":{"a":"b"},"user":"u"}""".Replace("é", "e", StringComparison.Ordinal)),
        HostileGateway.Request("""{"model":"a/embed","input":["one","two"]}""", "/v1/embeddings"),
        HostileGateway.Request("""{"model":"a/gpt","input":[{"role":"user","content":"x"}],"previous_response_id":"resp_x"}""", "/v1/responses"),
        HostileGateway.Request("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na/whisper\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--b--\r\n", "/v1/audio/transcriptions", type: "multipart/form-data; boundary=b"),
        HostileGateway.Request("""{"messages":[{"role":"user","content":"x"}]}""", "/openai/deployments/a%2Fgpt/chat/completions?api-version=2024-10-21"),
        $"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {HostileGateway.Key}\r\nTransfer-Encoding: chunked\r\n\r\n{HostileGateway.GoodBody.Length:x}\r\n{HostileGateway.GoodBody}\r\n0\r\n\r\n",
        HostileGateway.Request("", "/v1/responses/resp_abc/input_items?limit=1", "GET"),
        HostileGateway.Request("", "/v1/models/a%2Fgpt", "GET"),
        HostileGateway.Request("", "/v1/requests/req_x", "GET"),
    ];

    [Fact]
    public async Task MutatedRequests_NeverMakeTheGatewayFail()
    {
        var random = SeededRandom.From(20_261_121);
        var requests = Enumerable.Range(0, Rounds).Select(_ => Mutate(random)).ToList();
        await System.Threading.Tasks.Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (request, _) =>
        {
            var watch = Stopwatch.StartNew();
            // What is cut short waits for more; half-closing is not hanging up, so the test bounds the wait, not the server.
            var raw = await RawHttp.SendAsync(gateway.Server.Address, request, limit: TimeSpan.FromSeconds(1.5), quiet: TimeSpan.FromMilliseconds(60));
            Assert.False(raw.Statuses.Any(status => status is 500 or 502), $"Seed {random.Seed}:\n{request}\n=>\n{raw.Text}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Seed {random.Seed}: it took {watch.Elapsed}:\n{request}");
            HostileGateway.AssertNoSecrets(raw.Text);
        });
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task EverySplitOfARequest_IsTheSameRequest()
    {
        var bytes = Encoding.Latin1.GetBytes(HostileGateway.Request(HostileGateway.GoodBody, headers: "Connection: close\r\n"));
        var splits = Enumerable.Range(1, bytes.Length - 1).Where(split => split % (Rounds > 1_000 ? 1 : 7) == 0);
        await System.Threading.Tasks.Parallel.ForEachAsync(splits, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (split, _) =>
        {
            var raw = await RawHttp.SendAsync(gateway.Server.Address, [bytes[..split], bytes[split..]], TimeSpan.FromMilliseconds(20), quiet: TimeSpan.FromSeconds(5));
            Assert.Equal([200], raw.Statuses);
        });
    }

    private static string Mutate(SeededRandom random)
    {
        var text = new StringBuilder(random.OneOf(Seeds));
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var position = random.Next(text.Length + 1);
            var length = Math.Min(text.Length - position, random.Next(1, 12));
            switch (random.Next(6))
            {
                case 0:
                    text.Remove(position, length);
                    break;
                case 1:
                    text.Insert(position, random.OneOf(Dictionary));
                    break;
                case 2 when position < text.Length:
                    text[position] = (char)random.Next(256);
                    break;
                case 3:
                    text.Insert(position, text.ToString(position, length));
                    break;
                case 4:
                    text.Length = position;
                    break;
                default:
                    text.Remove(position, length).Insert(position, random.OneOf(Dictionary));
                    break;
            }
            if (text.Length == 0)
                text.Append('x');
        }
        return text.ToString();
    }
}

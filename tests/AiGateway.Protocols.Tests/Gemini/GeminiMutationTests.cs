using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.Tests.Fuzzing;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins that damaged bytes are refused with the one exception, and that what is accepted can be written again as JSON.</summary>
public sealed class GeminiMutationTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 200_000 : 5_000;

    private static readonly byte[][] Requests =
    [
        Utf8("""{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a\u00e9"},{"inlineData":{"mimeType":"image/png","data":"AA-_"}},{"fileData":{"fileUri":"gs://b"}}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":"\n"}},"thoughtSignature":"c2ln"},{"text":"t","thought":true}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"error":1},"parts":[{"text":"x"}]}}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}}]},{"googleSearch":{}}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"generationConfig":{"maxOutputTokens":5,"temperature":0.5,"topK":3,"stopSequences":["x"],"thinkingConfig":{"thinkingBudget":-1},"responseSchema":{"type":"OBJECT","anyOf":[{"type":"NULL"}]}}}"""),
    ];

    private static readonly string[] Models = ["gemini-2.0-flash", "gemini-2.5-pro", "gemini-3-flash"];

    private static readonly byte[][] Answers =
    [
        Utf8("""{"candidates":[{"content":{"parts":[{"text":"aé"},{"functionCall":{"name":"f","args":{}}},{"executableCode":{"code":"1"}}],"role":"model"},"finishReason":"STOP","index":0,"logprobsResult":{"topCandidates":[{"candidates":[{"token":"a","logProbability":-1}]}],"chosenCandidates":[{"token":"a","logProbability":-1}]},"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u"}}],"groundingSupports":[{"segment":{"startIndex":1,"endIndex":3},"groundingChunkIndices":[0]}]},"citationMetadata":{"citations":[{"uri":"u","startIndex":0,"endIndex":1}]}}],"usageMetadata":{"promptTokenCount":1,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":1}],"totalTokenCount":5},"promptFeedback":{"blockReason":"OTHER"},"createTime":"2026-01-01T00:00:00Z","modelVersion":"m","responseId":"r"}"""),
        Utf8("""{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}"""),
    ];

    [Fact]
    public void Requests_AreReadOrRefused()
    {
        var mutator = new Mutator(11);
        for (var round = 0; round < Rounds; round++)
        {
            var body = mutator.Mutate(Requests[0]);
            try
            {
                var request = GeminiCodec.Instance.ReadRequest(body);
                var own = new ArrayBufferWriter<byte>();
                GeminiCodec.Instance.WriteRequest(request, new Translation(), own);
                Assert.True(IsJson(own.WrittenSpan));

                // The same said by another dialect's caller: writing never fails.
                var foreign = new ChatRequest { Source = Dialect.OpenAIChat, Format = request.Format, Reasoning = request.Reasoning, ToolChoice = request.ToolChoice, Temperature = request.Temperature };
                foreign.Messages.AddRange(request.Messages);
                foreign.Tools.AddRange(request.Tools);
                var other = new ArrayBufferWriter<byte>();
                GeminiCodec.Instance.WriteRequest(foreign, new Translation { Model = Models[mutator.Next(Models.Length)] }, other);
                Assert.True(IsJson(other.WrittenSpan));
            }
            catch (ChatFormatException)
            {
                continue;
            }
        }
    }

    [Fact]
    public void AnswersAndStreams_AreReadOrRefused()
    {
        var mutator = new Mutator(12);
        for (var round = 0; round < Rounds; round++)
        {
            var body = mutator.Mutate(Answers[mutator.Next(Answers.Length)]);
            GeminiCodec.Instance.ReadError(mutator.Next(600), body);
            try
            {
                var response = GeminiCodec.Instance.ReadResponse(body);
                var output = new ArrayBufferWriter<byte>();
                GeminiCodec.Instance.WriteResponse(response, new ChatRequest { Source = Dialect.Gemini }, new Translation(), output);
                Assert.True(IsJson(output.WrittenSpan));
            }
            catch (ChatFormatException)
            {
                // As it should be.
            }
            try
            {
                var (events, _) = Decode([.. "data: "u8, .. body, .. "\n\n"u8]);
                Assert.True(IsJson(Encode(Gather(events).Steps, asArray: true)));
            }
            catch (ChatFormatException)
            {
                continue;
            }
        }
    }

    [Fact]
    public void Embeddings_AreReadOrRefused()
    {
        var mutator = new Mutator(13);
        byte[][] bodies =
        [
            Utf8("""{"model":"m","input":["a","b"],"dimensions":2,"encoding_format":"base64"}"""),
            Utf8("""{"requests":[{"model":"models/x","content":{"parts":[{"text":"a"}]},"outputDimensionality":2}]}"""),
            Utf8("""{"embeddings":[{"values":[1,-0.5],"statistics":{"tokenCount":1}}],"usageMetadata":{"promptTokenCount":1}}"""),
            Utf8("""{"data":[{"index":0,"embedding":"AACAPw=="},{"index":1,"embedding":[1]}],"usage":{"prompt_tokens":1}}"""),
        ];
        for (var round = 0; round < Rounds; round++)
        {
            var body = mutator.Mutate(bodies[mutator.Next(bodies.Length)]);
            Refuses(() => OpenAIEmbeddings.Instance.ReadRequest(body));
            Refuses(() => GeminiContentEmbeddings.Instance.ReadRequest(body));
            Refuses(() => GeminiContentEmbeddings.Instance.ReadAnswer(body));
            Refuses(() => OpenAIEmbeddings.Instance.ReadAnswer(body));
        }
    }

    private static void Refuses<T>(Func<T> read)
    {
        try
        {
            read();
        }
        catch (ChatFormatException)
        {
            // The one exception that readers may throw.
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        while (reader.Read())
        {
            // Reading to the end is the test.
        }
        return true;
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OpenAI.Audio;
using OpenAI.Embeddings;
using OpenAI.Images;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>The simulator's endpoints other than chat and responses.</summary>
public sealed class EndpointTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    [Fact]
    public async Task Embeddings_AreUnitVectorsOfTheText()
    {
        var client = fixture.OpenAI.GetEmbeddingClient("simulated/embedding");
        OpenAIEmbeddingCollection answer = await client.GenerateEmbeddingsAsync(["one", "two", "one"], new EmbeddingGenerationOptions { Dimensions = 64 });

        Assert.Equal(3, answer.Count);
        Assert.All(answer, item => Assert.Equal(1, item.ToFloats().ToArray().Sum(value => (double)value * value), 4));
        Assert.Equal(answer[0].ToFloats().ToArray(), answer[2].ToFloats().ToArray());
        Assert.NotEqual(answer[0].ToFloats().ToArray(), answer[1].ToFloats().ToArray());
        Assert.Equal(3, answer.Usage.InputTokenCount);
    }

    [Fact]
    public async Task EmbeddingsAsNumbers_EqualThoseInBase64()
    {
        var asNumbers = await PostAsync("/v1/embeddings", """{"model":"m","input":"one","dimensions":8}""");
        var asBase64 = await PostAsync("/v1/embeddings", """{"model":"m","input":["one"],"dimensions":8,"encoding_format":"base64"}""");

        var bytes = asBase64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(
            asNumbers.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()),
            Enumerable.Range(0, 8).Select(index => BitConverter.ToSingle(bytes, index * 4)));
    }

    [Fact]
    public async Task Image_IsAPng()
    {
        var client = fixture.OpenAI.GetImageClient("gpt-image-1");
        GeneratedImage picture = await client.GenerateImageAsync("a cat");

        Assert.Equal((byte[])[0x89, .. "PNG"u8], picture.ImageBytes.ToArray()[..4]);
    }

    [Fact]
    public async Task ImageEdit_TakesAnUpload()
    {
        var client = fixture.OpenAI.GetImageClient("dall-e-2");
        using var upload = new MemoryStream([1, 2, 3]);
        GeneratedImage picture = await client.GenerateImageEditAsync(upload, "in.png", "a hat");

        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.GetAsync(picture.ImageUri)).StatusCode);
    }

    [Fact]
    public async Task Transcription_NamesTheFile()
    {
        var client = fixture.OpenAI.GetAudioClient("whisper-1");
        using var audio = new MemoryStream(new byte[40_000]);
        AudioTranscription text = await client.TranscribeAudioAsync(audio, "speech.mp3", new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Verbose });

        Assert.Equal("Simulated transcription of speech.mp3, 40000 bytes.", text.Text);
        Assert.Equal(TimeSpan.FromSeconds(3), text.Duration);
    }

    [Fact]
    public async Task StreamedTranscription_EndsWithTheWholeText()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent([1, 2]), "file", "a.wav" },
            { new StringContent("gpt-4o-transcribe"), "model" },
            { new StringContent("true"), "stream" },
        };
        using var answer = await fixture.Http.PostAsync(new Uri("/v1/audio/transcriptions", UriKind.Relative), form);
        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => JsonDocument.Parse(item["data: ".Length..]).RootElement).ToList();

        Assert.Equal(events[^1].GetProperty("text").GetString(), string.Concat(events[..^1].Select(item => item.GetProperty("delta").GetString())));
        Assert.Equal(events[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32(), 10 + events[^1].GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Speech_IsAudioOfTheFormatAskedFor()
    {
        var client = fixture.OpenAI.GetAudioClient("tts-1");
        BinaryData wave = await client.GenerateSpeechAsync("hello", GeneratedSpeechVoice.Alloy, new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Wav });
        BinaryData mp3 = await client.GenerateSpeechAsync("hello", GeneratedSpeechVoice.Alloy);

        Assert.Equal("RIFF"u8.ToArray(), wave.ToArray()[..4]);
        Assert.Equal([0xFF, 0xFB], mp3.ToArray()[..2]);
    }

    [Fact]
    public async Task Completion_StopsAtItsDefaultOfSixteenTokens()
    {
        var answer = await PostAsync("/v1/completions", """{"model":"m","prompt":["a","b"],"n":2}""");

        Assert.Equal(4, answer.GetProperty("choices").GetArrayLength());
        Assert.Equal("length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(64, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Moderation_FlagsViolence()
    {
        var answer = await PostAsync("/v1/moderations", """{"input":["peace","violence"]}""");

        Assert.Equal([false, true], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("flagged").GetBoolean()));
    }

    [Fact]
    public async Task Rerank_PutsTheDocumentWithTheQuerysWordsFirst()
    {
        var answer = await PostAsync("/v1/rerank", """{"model":"m","query":"red fox","documents":["whale","a red fox",{"text":"fox"}],"top_n":2}""");

        Assert.Equal([1, 2], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal(1, answer.GetProperty("meta").GetProperty("billed_units").GetProperty("search_units").GetInt32());
    }

    [Fact]
    public async Task CohereRerank_ReportsSearchUnitsAlone()
    {
        var answer = await PostAsync("/v2/rerank", """{"model":"m","query":"red fox","documents":["whale","a red fox"]}""");

        Assert.Equal(["id", "results", "meta"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, answer.GetProperty("meta").GetProperty("billed_units").GetProperty("search_units").GetInt32());
    }

    [Fact]
    public async Task Models_AreListed()
    {
        var models = await fixture.OpenAI.GetOpenAIModelClient().GetModelsAsync();

        Assert.Contains(models.Value, model => model.Id == "simulated/chat");
    }

    [Fact]
    public async Task AzureLayout_TakesTheModelFromThePath_AndWantsAnApiVersion()
    {
        using var content = new StringContent("""{"messages":[{"role":"user","content":"x"}],"stream":true}""", Encoding.UTF8, "application/json");
        using var answer = await fixture.Http.PostAsync(new Uri("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", UriKind.Relative), content);
        using var unversioned = await fixture.Http.PostAsync(new Uri("/openai/deployments/gpt-4o/chat/completions", UriKind.Relative), content);

        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n");
        Assert.Contains("prompt_filter_results", events[0], StringComparison.Ordinal);
        Assert.Contains("\"model\":\"gpt-4o\"", events[1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, unversioned.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/v1/nothing", "{}", 404)]
    [InlineData("GET", "/v1/chat/completions", null, 405)]
    [InlineData("POST", "/v1/chat/completions", "{\"model\":", 400)]
    [InlineData("POST", "/v1/chat/completions", "{\"messages\":[]}", 400)]
    [InlineData("POST", "/v1/embeddings", "{\"model\":\"m\",\"input\":{}}", 400)]
    [InlineData("POST", "/v1/audio/transcriptions", "{}", 400)]
    public async Task BadRequest_IsRefusedInOpenAIsShape(string method, string path, string? body, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await fixture.Http.SendAsync(request);

        Assert.Equal(status.ToString(CultureInfo.InvariantCulture), ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture));
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await fixture.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.Tests.Cohere;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Embeddings;

public sealed class EmbeddingsTests
{
    private static readonly EmbeddingsForm[] Forms = Enum.GetValues<EmbeddingsForm>();

    private static readonly float[][] Vectors = [[0.25f, -0.1f, 3], [0.017608326f, 1e-7f, 0]];

    [Theory]
    [InlineData(EmbeddingsForm.Cohere, """{"model":"t","input_type":"search_query","texts":["a","b"],"embedding_types":["float"],"output_dimension":256}""")]
    [InlineData(EmbeddingsForm.BedrockCohere, """{"input_type":"search_query","texts":["a","b"],"output_dimension":256}""")]
    [InlineData(EmbeddingsForm.Voyage, """{"model":"t","input":["a","b"],"output_dimension":256,"encoding_format":"base64","input_type":"query"}""")]
    [InlineData(EmbeddingsForm.Jina, """{"model":"t","input":["a","b"],"dimensions":256,"embedding_type":"base64","task":"retrieval.query"}""")]
    [InlineData(EmbeddingsForm.Mistral, """{"model":"t","input":["a","b"],"output_dimension":256}""")]
    [InlineData(EmbeddingsForm.Vllm, """{"model":"t","input":["a","b"],"dimensions":256,"encoding_format":"float","user":"u"}""")]
    [InlineData(EmbeddingsForm.Ollama, """{"model":"t","input":["a","b"],"dimensions":256}""")]
    [InlineData(EmbeddingsForm.Gemini, """{"requests":[{"model":"models/t","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":256},{"model":"models/t","content":{"parts":[{"text":"b"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":256}]}""")]
    [InlineData(EmbeddingsForm.VertexPredict, """{"instances":[{"content":"a","task_type":"RETRIEVAL_QUERY"},{"content":"b","task_type":"RETRIEVAL_QUERY"}],"parameters":{"outputDimensionality":256}}""")]
    public void OpenAIRequest_IsSaidInEachForm(EmbeddingsForm form, string expected)
    {
        var request = OpenAIEmbeddings.Instance.ReadRequest("""{"model":"x","input":["a","b"],"dimensions":256,"encoding_format":"base64","input_type":"search_query","user":"u"}"""u8.ToArray());
        var translation = new Translation { Model = "t" };
        var written = Write(EmbeddingsCodec.Of(form), request, translation);

        Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(expected), written), Encoding.UTF8.GetString(written));
        Assert.Equal(form is EmbeddingsForm.Vllm, translation.Losses.All(l => l.Path != "user"));
    }

    [Theory]
    [InlineData(EmbeddingsForm.OpenAI, """{"object":"list","data":[{"index":1,"embedding":[0.5,1]},{"index":0,"embedding":"AACAPwAAAAA="}],"model":"t","usage":{"prompt_tokens":7,"total_tokens":7}}""")]
    [InlineData(EmbeddingsForm.Voyage, """{"object":"list","data":[{"index":0,"embedding":"AACAPwAAAAA="},{"index":1,"embedding":[0.5,1]}],"model":"t","usage":{"total_tokens":7}}""")]
    [InlineData(EmbeddingsForm.Jina, """{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0.5,1]}],"model":"t","usage":{"total_tokens":7,"prompt_tokens":7}}""")]
    [InlineData(EmbeddingsForm.Cohere, """{"id":"i","embeddings":{"float":[[1,0],[0.5,1]]},"meta":{"billed_units":{"input_tokens":7}}}""")]
    [InlineData(EmbeddingsForm.Cohere, """{"id":"i","embeddings":[[1,0],[0.5,1]],"meta":{"billed_units":{"input_tokens":7.0}},"response_type":"embeddings_floats"}""")]
    [InlineData(EmbeddingsForm.Ollama, """{"model":"t","embeddings":[[1,0],[0.5,1]],"prompt_eval_count":7}""")]
    [InlineData(EmbeddingsForm.Gemini, """{"embeddings":[{"values":[1,0]},{"values":[0.5,1]}],"usageMetadata":{"promptTokenCount":7}}""")]
    [InlineData(EmbeddingsForm.VertexPredict, """{"predictions":[{"embeddings":{"values":[1,0],"statistics":{"token_count":3,"truncated":false}}},{"embeddings":{"values":[0.5,1],"statistics":{"token_count":4}}}],"metadata":{"billableCharacterCount":9}}""")]
    public void AnswersOfEachForm_AreTheSameAnswer(EmbeddingsForm form, string body)
    {
        var answer = EmbeddingsCodec.Of(form).ReadAnswer(Encoding.UTF8.GetBytes(body));

        Assert.Equal([[1, 0], [0.5f, 1]], answer.Vectors);
        Assert.Equal(7, answer.Usage?.InputTokens);
    }

    [Fact]
    public void EveryForm_ReadsWhatItWrites()
    {
        foreach (var form in Forms)
        {
            var codec = EmbeddingsCodec.Of(form);
            foreach (var asBase64 in (bool?[])[null, false, true])
            {
                var request = new EmbeddingsRequest { Source = EmbeddingsForm.OpenAI, Model = "m", Dimensions = 3, AsBase64 = asBase64 };
                var answer = new EmbeddingsAnswer { Model = "m", Usage = new Usage { InputTokens = 9 } };
                for (var i = 0; i < Math.Min(2, codec.MostInputs); i++)
                {
                    request.Inputs.Add(new EmbeddingsInput { Text = "text " + i });
                    answer.Vectors.Add(Vectors[i]);
                }
                var output = new ArrayBufferWriter<byte>();
                codec.WriteAnswer(answer, request, new Translation(), output);
                var read = codec.ReadAnswer(output.WrittenMemory);
                Assert.Equal(answer.Vectors, read.Vectors);
                Assert.Equal(answer.Usage, read.Usage);
                var again = codec.ReadRequest(Write(codec, request, new Translation()));
                Assert.Equal(request.Inputs, again.Inputs);
                Assert.Equal(request.Dimensions, again.Dimensions);
            }
        }
    }

    [Fact]
    public void Quirk34_Base64Of64BitFloats_IsReadAsNumbers()
    {
        var numbers = new[] { 0.0123, -0.5, 0.00025, 0.75 };
        foreach (var widened in new[] { true, false })
        {
            var bytes = new byte[numbers.Length * sizeof(double)];
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), widened ? (float)numbers[i] : numbers[i]);
            // Of true 64-bit numbers one half must show that it is no 32-bit float: most do within a vector's thousand.
            if (!widened)
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, BitConverter.Int64BitsToDouble(0x3F8931A0_7FFF_FFFF));
            var answer = VllmEmbeddings.Instance.ReadAnswer(Encoding.UTF8.GetBytes($$"""{"data":[{"index":0,"embedding":"{{Convert.ToBase64String(bytes)}}"}]}"""));
            Assert.Equal(4, answer.Vectors[0].Length);
            Assert.Equal(-0.5f, answer.Vectors[0][1]);
        }

        var plain = VllmEmbeddings.Instance.ReadAnswer(Encoding.UTF8.GetBytes($$"""{"data":[{"index":0,"embedding":"{{Convert.ToBase64String(BytesOf([0.5f, 0.25f, 0.125f, 1]))}}"}]}"""));
        Assert.Equal([0.5f, 0.25f, 0.125f, 1], plain.Vectors[0]);
    }

    [Theory]
    [InlineData(EmbeddingsForm.Mistral, "m", 10, 3)]
    [InlineData(EmbeddingsForm.VertexPredict, "text-embedding-005", 10, 2)]
    [InlineData(EmbeddingsForm.VertexPredict, "gemini-embedding-001", 10, 10)]
    [InlineData(EmbeddingsForm.VertexContent, "gemini-embedding-2", 10, 10)]
    [InlineData(EmbeddingsForm.OpenAI, "m", 10, 1)]
    public void MoreTextThanTheProviderTakes_IsSeveralCalls(EmbeddingsForm form, string model, int inputs, int calls)
    {
        var request = new EmbeddingsRequest { Source = EmbeddingsForm.OpenAI };
        for (var i = 0; i < inputs; i++)
            request.Inputs.Add(new EmbeddingsInput { Text = new string('x', 12_000) });

        Assert.Equal(calls, new EmbeddingsPlan(request, EmbeddingsCodec.Of(form), new Translation { Model = model }).Bodies.Count);
    }

    [Fact]
    public void OneTextAboveTheBound_IsACallByItself()
    {
        var request = new EmbeddingsRequest { Source = EmbeddingsForm.OpenAI };
        foreach (var length in (int[])[1, 100_000, 1])
            request.Inputs.Add(new EmbeddingsInput { Text = new string('x', length) });

        Assert.Equal(3, new EmbeddingsPlan(request, MistralEmbeddings.Instance, new Translation()).Bodies.Count);
    }

    [Fact]
    public void MoreInputsThanTheProviderTakes_AreSeveralCallsAndOneAnswer()
    {
        var request = new EmbeddingsRequest { Source = EmbeddingsForm.OpenAI, Model = "alias", User = "u" };
        for (var i = 0; i < 200; i++)
            request.Inputs.Add(new EmbeddingsInput { Text = "t" + i });
        var translation = new Translation();
        var plan = new EmbeddingsPlan(request, CohereEmbeddings.Instance, translation);

        Assert.Equal([96, 96, 8], plan.Bodies.Select(b => JsonDocument.Parse(b).RootElement.GetProperty("texts").GetArrayLength()));
        Assert.Single(translation.Losses);
        var merged = plan.Merge(plan.Bodies.Select(b => Answer(JsonDocument.Parse(b).RootElement.GetProperty("texts"))).ToList());
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (float)i), merged.Vectors.Select(v => v[0]));
        Assert.Equal(200, merged.Usage?.InputTokens);
        Assert.Equal("alias", merged.Model);

        static ReadOnlyMemory<byte> Answer(JsonElement texts) => Encoding.UTF8.GetBytes(
            "{\"id\":\"i\",\"embeddings\":{\"float\":[" + string.Join(',', texts.EnumerateArray().Select(t => "[" + t.GetString()![1..] + "]"))
            + "]},\"meta\":{\"billed_units\":{\"input_tokens\":" + texts.GetArrayLength() + "}}}");
    }

    [Fact]
    public void Titan_IsOneCallAText()
    {
        var request = OpenAIEmbeddings.Instance.ReadRequest("""{"model":"x","input":["a","b","c"],"dimensions":256}"""u8.ToArray());
        var plan = new EmbeddingsPlan(request, TitanEmbeddings.Instance, new Translation { Model = "amazon.titan-embed-text-v2:0" });

        Assert.Equal(["""{"inputText":"a","dimensions":256}""", """{"inputText":"b","dimensions":256}""", """{"inputText":"c","dimensions":256}"""], plan.Bodies.Select(b => Encoding.UTF8.GetString(b.Span)));
        var answers = new[] { 1, 2, 3 }.Select(n => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($$"""{"embedding":[{{n}}],"inputTextTokenCount":{{n}}}""")).ToList();
        var merged = plan.Merge(answers);
        Assert.Equal([[1f], [2f], [3f]], merged.Vectors);
        Assert.Equal(6, merged.Usage?.InputTokens);

        var output = new ArrayBufferWriter<byte>();
        OpenAIEmbeddings.Instance.WriteAnswer(merged, request, new Translation(), output);
        Assert.Equal(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1]},{"object":"embedding","index":1,"embedding":[2]},{"object":"embedding","index":2,"embedding":[3]}],"model":"x","usage":{"prompt_tokens":6,"total_tokens":6}}""",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void AnswerWithTooFewVectors_IsRefused()
    {
        var request = OpenAIEmbeddings.Instance.ReadRequest("""{"model":"x","input":["a","b"]}"""u8.ToArray());
        var plan = new EmbeddingsPlan(request, OllamaEmbeddings.Instance, new Translation());

        Assert.Throws<ChatFormatException>(() => plan.Merge(["""{"embeddings":[[1]]}"""u8.ToArray()]));
    }

    [Theory]
    [InlineData(EmbeddingsForm.Cohere)]
    [InlineData(EmbeddingsForm.Voyage)]
    [InlineData(EmbeddingsForm.BedrockTitan)]
    [InlineData(EmbeddingsForm.Ollama)]
    public void TokensForAProviderOfTexts_AreRefused(EmbeddingsForm form)
    {
        var request = OpenAIEmbeddings.Instance.ReadRequest("""{"model":"x","input":[1,2,3]}"""u8.ToArray());

        var exception = Assert.Throws<ChatFormatException>(() => new EmbeddingsPlan(request, EmbeddingsCodec.Of(form), new Translation()));
        Assert.StartsWith("input", exception.Path, StringComparison.Ordinal);
        Assert.Equal("""{"model":"x","input":[1,2,3]}""", Encoding.UTF8.GetString(Write(VllmEmbeddings.Instance, request, new Translation())));
    }

    [Fact]
    public void CohereWithoutInputType_GetsTheDefault()
    {
        var request = OpenAIEmbeddings.Instance.ReadRequest("""{"model":"x","input":"a"}"""u8.ToArray());
        Assert.Equal(
            """{"model":"x","input_type":"search_document","texts":["a"],"embedding_types":["float"]}""",
            Encoding.UTF8.GetString(Write(CohereEmbeddings.Instance, request, new Translation())));
    }

    [Theory]
    [InlineData("cohere.embed", EmbeddingsForm.Cohere)]
    [InlineData("voyageai.embeddings", EmbeddingsForm.Voyage)]
    [InlineData("mistral.embeddings", EmbeddingsForm.Mistral)]
    [InlineData("ollama.api.embeddings", EmbeddingsForm.Ollama)]
    [InlineData("vllm.embeddings", EmbeddingsForm.Vllm)]
    [InlineData("openai.embeddings", EmbeddingsForm.OpenAI)]
    [InlineData("azure-openai.embeddings", EmbeddingsForm.OpenAI)]
    public void Recordings_AreUnderstood(string file, EmbeddingsForm form)
    {
        var codec = EmbeddingsCodec.Of(form);
        foreach (var exchange in RecordedFile.Load(file).Where(e => e.Status == 200))
        {
            var request = codec.ReadRequest(exchange.Request);
            var answer = codec.ReadAnswer(exchange.Response);
            Assert.Equal(request.Inputs.Count, answer.Vectors.Count);
            // Every model here gives vectors of unit length, but for the old Ollama's.
            if (form != EmbeddingsForm.Ollama)
                Assert.All(answer.Vectors, v => Assert.InRange(v.Sum(n => (double)n * n), 0.98, 1.02));
            Assert.Equal(exchange.Id.StartsWith("ollama", StringComparison.Ordinal), answer.Usage is null);

            var written = Write(codec, request, new Translation());
            if (form is EmbeddingsForm.OpenAI or EmbeddingsForm.Voyage or EmbeddingsForm.Mistral)
                Assert.True(RecordedFile.AreSame(exchange.Request, written), exchange.Id + Encoding.UTF8.GetString(written));
            var output = new ArrayBufferWriter<byte>();
            OpenAIEmbeddings.Instance.WriteAnswer(answer, new EmbeddingsRequest { Source = form, AsBase64 = true }, new Translation(), output);
            Assert.Equal(answer.Vectors, OpenAIEmbeddings.Instance.ReadAnswer(output.WrittenMemory).Vectors);
        }
    }

    [Fact]
    public void BedrockRecordings_AreUnderstood()
    {
        var understood = 0;
        foreach (var exchange in RecordedFile.Load("bedrock.invoke").Where(e => e.Status == 200 && !e.IsText))
        {
            using var body = JsonDocument.Parse(exchange.Request);
            var form = body.RootElement.TryGetProperty("inputText", out _) && !body.RootElement.TryGetProperty("textGenerationConfig", out _) ? EmbeddingsForm.BedrockTitan
                : body.RootElement.TryGetProperty("texts", out _) ? EmbeddingsForm.BedrockCohere : (EmbeddingsForm?)null;
            if (form is null)
                continue;
            understood++;
            var codec = EmbeddingsCodec.Of(form.Value);
            var request = codec.ReadRequest(exchange.Request);
            var written = Write(codec, request, new Translation());
            Assert.True(RecordedFile.AreSame(exchange.Request, written), exchange.Id + Encoding.UTF8.GetString(written));
            var answer = codec.ReadAnswer(exchange.Response);
            Assert.InRange(answer.Vectors.Single().Sum(n => (double)n * n), 0.98, 1.02);
            Assert.Equal(form == EmbeddingsForm.BedrockTitan, answer.Usage is { InputTokens: > 0 });
        }
        Assert.Equal(8, understood);
    }

    [Fact]
    public void DamagedBytes_ThrowNothingElse()
    {
        var mutator = new Mutator(9);
        byte[][] seeds =
        [
            """{"model":"x","input":["a","b"],"dimensions":256,"encoding_format":"base64","input_type":"query","truncate":true,"more":1}"""u8.ToArray(),
            """{"model":"x","inputs":[{"content":[{"type":"text","text":"a"}]}],"texts":["a"],"images":["data:image/png;base64,AAAA"],"input_type":"image","truncate":"START","embedding_types":["int8"]}"""u8.ToArray(),
            """{"data":[{"index":0,"embedding":"AACAPwAAAAA="},{"index":1,"embedding":[0.5,1]}],"embeddings":{"float":[[1,0]]},"embedding":[1],"usage":{"total_tokens":7}}"""u8.ToArray(),
            """{"inputText":"a","dimensions":1,"prompt":"x"}"""u8.ToArray(),
        ];
        for (var round = 0; round < 1500; round++)
        {
            foreach (var form in Forms)
            {
                var codec = EmbeddingsCodec.Of(form);
                var bytes = mutator.Mutate(seeds[mutator.Next(seeds.Length)]);
                try
                {
                    Assert.NotEmpty(new EmbeddingsPlan(codec.ReadRequest(bytes), codec, new Translation()).Bodies);
                }
                catch (ChatFormatException)
                {
                }
                try
                {
                    codec.ReadAnswer(bytes);
                }
                catch (ChatFormatException)
                {
                }
            }
        }
    }

    private static byte[] BytesOf(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return bytes;
    }

    private static byte[] Write(EmbeddingsCodec codec, EmbeddingsRequest request, Translation translation)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.WriteRequest(codec.MostInputs < request.Inputs.Count ? request.Slice(0, codec.MostInputs) : request, translation, output);
        return output.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>One request for vectors in a provider's own form: several calls where it takes fewer inputs than were asked for.</summary>
internal sealed class EmbeddingsCalls : FormCalls
{
    private const string BedrockInputTokens = "x-amzn-bedrock-input-token-count";

    private readonly EmbeddingsCodec _caller;
    private readonly EmbeddingsCodec _provider;
    private readonly EmbeddingsRequest _request;
    private readonly EmbeddingsPlan _plan;
    private readonly EmbeddingsAnswer[] _answers;
    private EmbeddingsAnswer? _merged;

    /// <summary>Writes the calls.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="provider">The provider's form.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">An input is of a kind that the provider does not take.</exception>
    public EmbeddingsCalls(EmbeddingsRequest request, EmbeddingsCodec provider, Translation translation)
    {
        _request = request;
        _caller = EmbeddingsCodec.Of(request.Source);
        _provider = provider;
        _plan = new EmbeddingsPlan(request, provider, translation);
        _answers = new EmbeddingsAnswer[_plan.Bodies.Count];
    }

    public override string? Path => _provider.Form switch
    {
        EmbeddingsForm.Gemini => "models/{model}:batchEmbedContents",
        EmbeddingsForm.VertexContent => "models/{model}:embedContent",
        EmbeddingsForm.VertexPredict => "models/{model}:predict",
        EmbeddingsForm.BedrockTitan or EmbeddingsForm.BedrockCohere => "model/{model}/invoke",
        _ => null,
    };

    public override int Count => _plan.Bodies.Count;

    public override HttpContent ContentOf(int number) => Translations.Json(_plan.Bodies[number]);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var answer = _provider.ReadAnswer(body);
        if (answer.Usage is null && response.Headers.NonValidated.TryGetValues(BedrockInputTokens, out var values)
            && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var tokens))
        {
            answer.Usage = new Usage { InputTokens = tokens };
        }
        _answers[number] = answer;
        return null;
    }

    public override Usage? Merge()
    {
        Model = _answers[0].Model.Length > 0 ? _answers[0].Model : null;
        _merged = _plan.Merge(_answers);
        // What only some of the calls report is no figure of the whole.
        return Array.TrueForAll(_answers, static answer => answer.Usage is not null) ? _merged.Usage : Estimate();
    }

    private Usage Estimate()
    {
        var tokens = default(TokenCounter);
        long ids = 0;
        foreach (var input in _request.Inputs)
        {
            tokens.Append(Encoding.UTF8.GetBytes(input.Text ?? ""));
            tokens.Break();
            ids += input.Tokens?.Count ?? 0;
        }
        return new Usage { InputTokens = tokens.Tokens + ids, Estimated = true };
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output)
    {
        _merged!.Usage = usage;
        _caller.WriteAnswer(_merged, _request, new Translation(), output);
    }
}

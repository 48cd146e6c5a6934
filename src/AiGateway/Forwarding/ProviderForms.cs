using System.Globalization;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.Moderation;
using AiGateway.Protocols.Rerank;
using AiGateway.Protocols.Speech;
using AiGateway.Protocols.Transcription;

namespace AiGateway.Forwarding;

/// <summary>Decides whether a request is written as calls of its own: in the provider's own form, where it is for anything but a conversation, or several for several answers.</summary>
internal static class ProviderForms
{
    /// <summary>Most inputs of a request that the gateway splits: OpenAI's own bound.</summary>
    private const int MostInputs = 2048;

    /// <summary>The calls of an attempt; null where one request says it all, as the caller wrote it or translated.</summary>
    /// <exception cref="ChatFormatException">The request cannot be read, or not be said to this provider.</exception>
    public static ValueTask<FormCalls?> ForAsync(AttemptServices services, Exchange exchange, AttemptRecord attempt, IHeaderDictionary callerHeaders, CancellationToken cancellationToken) => exchange.Request!.Operation switch
    {
        Operation.ChatCompletions when exchange.Request.Facts.Choices <= 1 => default,
        // Gemini's scan does not look for how many answers are asked for.
        Operation.ChatCompletions or Operation.GenerateContent => ValueTask.FromResult<FormCalls?>(ChoiceCalls.For(services, exchange, attempt, callerHeaders)),
        Operation.Embeddings => ValueTask.FromResult<FormCalls?>(ForEmbeddings(exchange, attempt)),
        Operation.Rerank => ValueTask.FromResult<FormCalls?>(ForRerank(exchange, attempt)),
        Operation.ImageGenerations or Operation.ImageEdits => ForImagesAsync(exchange, attempt, cancellationToken),
        Operation.Speech => ValueTask.FromResult<FormCalls?>(ForSpeech(exchange, attempt)),
        Operation.Transcriptions or Operation.Translations => ForTranscriptionAsync(exchange, attempt, cancellationToken),
        Operation.Moderations => ValueTask.FromResult<FormCalls?>(ForModeration(exchange, attempt)),
        _ => default,
    };

    private static async ValueTask<FormCalls?> ForImagesAsync(Exchange exchange, AttemptRecord attempt, CancellationToken cancellationToken)
    {
        var request = exchange.Request!;
        if (!FormOfModel<ImagesForm>.TryFind(attempt.Deployment.Provider.Preset.Images, attempt.UpstreamModel, out var form))
        {
            return null;
        }
        var read = request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            ? ImagesRequestReader.Read(await UploadReader.ReadAsync(request, cancellationToken))
            : ImagesRequestReader.Read(request.Body!.Memory, request.Operation == Operation.ImageEdits);
        var translation = TranslationFor(attempt);
        var calls = new ImagesCalls(read, form, request.Body!, exchange.StartedAt.ToUnixTimeSeconds(), translation);
        Translations.Lose(exchange, attempt, translation);
        return calls;
    }

    private static SpeechCalls? ForSpeech(Exchange exchange, AttemptRecord attempt)
    {
        var provider = attempt.Deployment.Provider;
        if (!FormOfModel<SpeechForm>.TryFind(provider.Preset.Speech, attempt.UpstreamModel, out var form))
        {
            return null;
        }
        var read = SpeechRequest.Read(exchange.Request!.Body!.Memory);
        read.Voice = provider.Voices.GetValueOrDefault(read.Voice, read.Voice);
        var translation = TranslationFor(attempt);
        var calls = new SpeechCalls(read, form, exchange.Request.Body!, translation);
        Translations.Lose(exchange, attempt, translation);
        return calls;
    }

    private static async ValueTask<FormCalls?> ForTranscriptionAsync(Exchange exchange, AttemptRecord attempt, CancellationToken cancellationToken)
    {
        var request = exchange.Request!;
        if (!FormOfModel<TranscriptionForm>.TryFind(attempt.Deployment.Provider.Preset.Transcription, attempt.UpstreamModel, out var form))
        {
            return null;
        }
        var read = TranscriptionRequest.Read(await UploadReader.ReadAsync(request, cancellationToken), request.Operation == Operation.Translations);
        var translation = TranslationFor(attempt);
        var calls = new TranscriptionCalls(read, form, request.Body!, translation);
        Translations.Lose(exchange, attempt, translation);
        return calls;
    }

    private static ModerationCalls? ForModeration(Exchange exchange, AttemptRecord attempt)
    {
        if (attempt.Deployment.Provider.Preset.Moderation is not { } form)
        {
            return null;
        }
        var translation = TranslationFor(attempt);
        var calls = new ModerationCalls(ModerationRequest.Read(exchange.Request!.Body!.Memory), form, exchange.Request.Body!, translation);
        Translations.Lose(exchange, attempt, translation);
        return calls;
    }

    private static EmbeddingsCalls? ForEmbeddings(Exchange exchange, AttemptRecord attempt)
    {
        var request = exchange.Request!;
        var (asked, member) = request.Form switch
        {
            CallerForm.Cohere => (EmbeddingsForm.Cohere, "texts"),
            CallerForm.Gemini => (EmbeddingsForm.Gemini, "requests"),
            _ => (EmbeddingsForm.OpenAI, "input"),
        };
        var form = FormOf(attempt.Deployment.Provider.Preset, attempt.UpstreamModel);
        // Gemini's body names the model for each of its inputs, and is always written anew.
        if ((form == asked && form != EmbeddingsForm.Gemini) || (asked == EmbeddingsForm.OpenAI && IsSaidAlike(request, form)))
        {
            return null;
        }
        var read = EmbeddingsCodec.Of(asked).ReadRequest(request.Body!.Memory);
        read.Model = request.Model;
        Check(read, member);
        var translation = TranslationFor(attempt);
        var calls = new EmbeddingsCalls(read, EmbeddingsCodec.Of(form), translation);
        Translations.Lose(exchange, attempt, translation);
        return calls;
    }

    /// <summary>Whether a form made after OpenAI's says this very request, and its answer, just as OpenAI's does.</summary>
    private static bool IsSaidAlike(GatewayRequest request, EmbeddingsForm form)
    {
        var facts = request.Facts;
        return form switch
        {
            EmbeddingsForm.Vllm => !facts.AsksForBase64,
            EmbeddingsForm.Mistral => !facts.AsksForBase64 && !facts.HasDimensions && facts.User is null && request.Body!.Length <= EmbeddingsCodec.Of(form).MostCharacters,
            _ => false,
        };
    }

    private static RerankCalls? ForRerank(Exchange exchange, AttemptRecord attempt)
    {
        var request = exchange.Request!;
        // Older callers of /v1/rerank send objects and want documents back, which Cohere's v2 knows nothing of: they are written anew.
        if (attempt.Deployment.Provider.Preset.Rerank is not { } form || (form == RerankForm.Cohere && request.Form == CallerForm.Cohere))
        {
            return null;
        }
        var read = CohereRerank.Instance.ReadRequest(request.Body!.Memory);
        read.Model = request.Model;
        var translation = TranslationFor(attempt);
        var calls = new RerankCalls(read, RerankCodec.Of(form), translation);
        Translations.Lose(exchange, attempt, translation);
        return calls;
    }

    private static Translation TranslationFor(AttemptRecord attempt) =>
        new() { Model = attempt.UpstreamModel, Traits = attempt.Deployment.Provider.Preset.Traits };

    private static EmbeddingsForm FormOf(ProviderPreset preset, string model) =>
        FormOfModel<EmbeddingsForm>.TryFind(preset.Embeddings, model, out var form) ? form : EmbeddingsForm.OpenAI;

    /// <summary>What OpenAI refuses and others take in silence, or answer in words of their own.</summary>
    private static void Check(EmbeddingsRequest request, string member)
    {
        if (request.Inputs.Count > MostInputs)
        {
            throw new ChatFormatException(string.Create(CultureInfo.InvariantCulture, $"'{member}' must be at most {MostInputs} inputs; there are {request.Inputs.Count}."), member);
        }
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            if (request.Inputs[i] is { Text.Length: 0 } or { Tokens.Count: 0 })
            {
                var path = request.IsSingle ? member : string.Create(CultureInfo.InvariantCulture, $"{member}[{i}]");
                throw new ChatFormatException($"'{path}' must not be empty.", path);
            }
        }
    }
}

using System.Text.Json;
using AiGateway.Protocols.Embeddings;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Batches;
using AiGateway.Simulator.Dialects;

namespace AiGateway.Simulator.Requests;

/// <summary>Hands a request to the endpoint it is for, or refuses it as OpenAI does.</summary>
internal sealed class Endpoints
{
    private static readonly Answer Greeting = new() { SharedBody = """{"message":"This is a simulated model provider. Nothing here was made by a model."}"""u8.ToArray() };

    private readonly GivenAnswer _given;
    private readonly ResponseAnswer _responses;
    private readonly FileAnswers _files;
    private readonly BatchAnswers _batches;
    private readonly MessageBatchAnswers _messageBatches;

    public Endpoints(SimulatorOptions options, GivenAnswer given)
    {
        _given = given;
        _responses = new ResponseAnswer(new StoredResponses(options.MaxStoredResponses));
        _files = new FileAnswers(options.MaxStoredResponses);
        var runner = new BatchRunner(request => AnswerPost(request, request.Model.Length > 0));
        _batches = new BatchAnswers(_files, runner);
        _messageBatches = new MessageBatchAnswers(runner);
    }

    public Answer Answer(SimulatedRequest request, bool hasModel)
    {
        var method = request.Context.Request.Method;
        switch (request.Route.Endpoint)
        {
            case SimulatedEndpoint.Unknown:
                return ErrorAnswers.NotFound($"Invalid URL ({method} {request.Context.Request.Path})");
            case SimulatedEndpoint.StoredResponse or SimulatedEndpoint.CancelResponse or SimulatedEndpoint.ResponseInputItems:
                return _responses.OfStored(request);
            case SimulatedEndpoint.Files:
                return _files.Answer(request);
            case SimulatedEndpoint.Batches:
                return _batches.Answer(request);
            case SimulatedEndpoint.MessageBatches:
                return _messageBatches.Answer(request);
            case SimulatedEndpoint.Root or SimulatedEndpoint.Models or SimulatedEndpoint.Model when !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method):
                return MethodNotAllowed(request);
            case SimulatedEndpoint.Realtime:
                return ErrorAnswers.BadRequest("This endpoint takes WebSocket connections.", null, "websocket_upgrade_required");
            case SimulatedEndpoint.Root:
                return Greeting;
            case SimulatedEndpoint.Models:
                return ModelAnswer.List();
            case SimulatedEndpoint.Model:
                return ModelAnswer.One(request);
            default:
                return HttpMethods.IsPost(method) ? AnswerPost(request, hasModel) : MethodNotAllowed(request);
        }
    }

    private Answer AnswerPost(SimulatedRequest request, bool hasModel)
    {
        var endpoint = request.Route.Endpoint;
        if (request.Route.IsAzure && !request.Context.Request.Query.ContainsKey("api-version"))
            return ErrorAnswers.OfAzure(404, "404", "Resource not found");
        if (endpoint is SimulatedEndpoint.ImageEdits or SimulatedEndpoint.ImageVariations or SimulatedEndpoint.Transcriptions or SimulatedEndpoint.Translations or SimulatedEndpoint.ElevenLabsTranscription)
            return AnswerForm(request, hasModel);
        if (endpoint == SimulatedEndpoint.DeepgramTranscription)
            return TranscriptForms.OfDeepgram(request);
        if (request.Json.ValueKind != JsonValueKind.Object)
            return ErrorAnswers.BadRequest("We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)");
        // Moderations and images have default models at OpenAI.
        if (!hasModel && endpoint is not (SimulatedEndpoint.Moderations or SimulatedEndpoint.ImageGenerations or SimulatedEndpoint.ContentSafety))
            return NoModel();
        if (endpoint == SimulatedEndpoint.GenerateContent && GeminiMedia.Of(request) is { } media)
            return media;
        if (_given.Response is { } answer && ConversationAnswer.DialectOf(endpoint) is { } dialect)
            return ConversationAnswer.OfGiven(request, dialect, answer);
        return endpoint switch
        {
            SimulatedEndpoint.ChatCompletions => ChatAnswer.Of(request),
            SimulatedEndpoint.Completions => CompletionAnswer.Of(request),
            SimulatedEndpoint.Embeddings => EmbeddingAnswer.Of(request),
            SimulatedEndpoint.Responses => _responses.Create(request),
            SimulatedEndpoint.Moderations => request.Model.StartsWith("mistral-", StringComparison.Ordinal) ? JudgementForms.OfMistral(request) : ModerationAnswer.Of(request),
            SimulatedEndpoint.ImageGenerations => ImageAnswer.OfJson(request),
            SimulatedEndpoint.Speech => SpeechAnswer.Of(request),
            SimulatedEndpoint.Predict => PictureForms.OfPredict(request),
            SimulatedEndpoint.InvokeModel => PictureForms.OfInvoke(request),
            SimulatedEndpoint.ElevenLabsSpeech => SpeechForms.OfElevenLabs(request),
            SimulatedEndpoint.DeepgramSpeech => SpeechForms.OfDeepgram(request),
            SimulatedEndpoint.ChatModerations => JudgementForms.OfMistral(request),
            SimulatedEndpoint.ContentSafety => JudgementForms.OfContentSafety(request),
            SimulatedEndpoint.Messages or SimulatedEndpoint.GenerateContent or SimulatedEndpoint.StreamGenerateContent
                or SimulatedEndpoint.Converse or SimulatedEndpoint.ConverseStream or SimulatedEndpoint.CohereChat
                or SimulatedEndpoint.Invoke or SimulatedEndpoint.InvokeStream or SimulatedEndpoint.RawPredict or SimulatedEndpoint.StreamRawPredict => ConversationAnswer.Of(request),
            SimulatedEndpoint.CountTokens or SimulatedEndpoint.GeminiCountTokens or SimulatedEndpoint.RawPredictCount or SimulatedEndpoint.BedrockCount => ConversationAnswer.Count(request),
            SimulatedEndpoint.CohereEmbed => FormEmbeddingAnswer.Of(request, EmbeddingsForm.Cohere),
            SimulatedEndpoint.GeminiEmbed => FormEmbeddingAnswer.Of(request, EmbeddingsForm.Gemini),
            _ => RerankAnswer.Of(request),
        };
    }

    private static Answer AnswerForm(SimulatedRequest request, bool hasModel)
    {
        if (request.Form is not { } form)
            return ErrorAnswers.BadRequest("Could not parse multipart form. Expected a body of type multipart/form-data.");
        if (request.Route.Endpoint is SimulatedEndpoint.ImageEdits or SimulatedEndpoint.ImageVariations)
            return ImageAnswer.OfForm(request, form);
        if (!hasModel)
            return NoModel();
        return request.Route.Endpoint == SimulatedEndpoint.ElevenLabsTranscription ? TranscriptForms.OfElevenLabs(request, form) : TranscriptionAnswer.Of(request, form);
    }

    private static Answer NoModel() => ErrorAnswers.BadRequest("you must provide a model parameter");

    private static Answer MethodNotAllowed(SimulatedRequest request) => ErrorAnswers.Of(
        405, $"Not allowed to {request.Context.Request.Method} on {request.Context.Request.Path}. (HINT: Perhaps you meant to use a different HTTP method?)", "invalid_request_error", null, "method_not_supported");
}

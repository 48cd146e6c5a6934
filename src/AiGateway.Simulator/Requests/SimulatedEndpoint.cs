namespace AiGateway.Simulator.Requests;

/// <summary>What a path asks for.</summary>
internal enum SimulatedEndpoint
{
    Unknown,
    Root,
    ChatCompletions,
    Completions,
    Embeddings,
    Responses,
    StoredResponse,
    CancelResponse,
    ResponseInputItems,
    Moderations,
    ImageGenerations,
    ImageEdits,
    ImageVariations,
    Speech,
    Transcriptions,
    Translations,
    Rerank,
    Realtime,
    Messages,
    CountTokens,
    GenerateContent,
    StreamGenerateContent,
    Converse,
    ConverseStream,
    CohereChat,
    Models,
    Model,
}

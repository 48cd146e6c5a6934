namespace AiGateway.Protocols;

/// <summary>What a caller asks for, independent of the dialect it speaks.</summary>
public enum Operation
{
    /// <summary>A conversation (<c>/v1/chat/completions</c>).</summary>
    ChatCompletions,

    /// <summary>Legacy text completion (<c>/v1/completions</c>).</summary>
    Completions,

    /// <summary>A model response (<c>/v1/responses</c>).</summary>
    Responses,

    /// <summary>Vectors (<c>/v1/embeddings</c>).</summary>
    Embeddings,

    /// <summary>Classification of harmful content (<c>/v1/moderations</c>).</summary>
    Moderations,

    /// <summary>Images from text (<c>/v1/images/generations</c>).</summary>
    ImageGenerations,

    /// <summary>Images from images and text (<c>/v1/images/edits</c>).</summary>
    ImageEdits,

    /// <summary>Images from an image (<c>/v1/images/variations</c>).</summary>
    ImageVariations,

    /// <summary>Speech from text (<c>/v1/audio/speech</c>).</summary>
    Speech,

    /// <summary>Text from speech (<c>/v1/audio/transcriptions</c>).</summary>
    Transcriptions,

    /// <summary>English text from speech (<c>/v1/audio/translations</c>).</summary>
    Translations,

    /// <summary>Documents ordered by relevance (<c>/v1/rerank</c>).</summary>
    Rerank,

    /// <summary>A conversation in Anthropic's dialect (<c>/v1/messages</c>).</summary>
    Messages,

    /// <summary>How many tokens a conversation has, in Anthropic's dialect (<c>/v1/messages/count_tokens</c>) or in Gemini's (<c>/v1beta/models/{model}:countTokens</c>).</summary>
    CountTokens,

    /// <summary>A conversation in Gemini's dialect (<c>/v1beta/models/{model}:generateContent</c> and <c>:streamGenerateContent</c>).</summary>
    GenerateContent,

    /// <summary>Read, delete or cancel a stored response, or list its input items (<c>/v1/responses/{id}…</c>).</summary>
    StoredResponse,

    /// <summary>A spoken or written conversation over WebSocket (<c>/v1/realtime</c>).</summary>
    Realtime,

    /// <summary>Anything of a provider's own API, passed on without being understood (<c>/native/{provider}/…</c>).</summary>
    Native,

    /// <summary>Upload, look at, read, delete and list files (<c>/v1/files…</c>).</summary>
    Files,

    /// <summary>Create, look at, cancel and list batches of requests in a file (<c>/v1/batches…</c>).</summary>
    Batches,

    /// <summary>Create, look at, cancel, delete and list batches of messages in Anthropic's dialect, and read their results (<c>/v1/messages/batches…</c>).</summary>
    MessageBatches,

    /// <summary>Files in Anthropic's dialect (<c>/v1/files…</c> with its version header).</summary>
    MessageFiles,

    /// <summary>No request: the record of what a whole batch consumed.</summary>
    Batch,
}

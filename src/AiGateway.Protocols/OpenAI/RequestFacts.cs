namespace AiGateway.Protocols.OpenAI;

/// <summary>What one scan of a request body finds: byte ranges to patch, and what routing and metering ask about.</summary>
/// <remarks>Ranges point into the scanned body and include the quotes of a string value.</remarks>
public sealed class RequestFacts
{
    // More files than any provider takes in one request; what is beyond passes as it is.
    private const int MostFiles = 500;

    private List<ByteRange>? _fileIds;

    /// <summary>The value of the top-level <c>model</c> member, or <see cref="ByteRange.None"/>.</summary>
    public ByteRange ModelValue { get; internal set; } = ByteRange.None;

    /// <summary>The model asked for, unescaped; null when absent.</summary>
    public string? Model { get; internal set; }

    /// <summary>True when <c>stream</c> is <c>true</c>.</summary>
    public bool Stream { get; internal set; }

    /// <summary>The value of <c>stream_options</c> (an object, or <c>null</c>), or <see cref="ByteRange.None"/>.</summary>
    public ByteRange StreamOptionsValue { get; internal set; } = ByteRange.None;

    /// <summary>The value of <c>stream_options.include_usage</c>, or <see cref="ByteRange.None"/>.</summary>
    public ByteRange IncludeUsageValue { get; internal set; } = ByteRange.None;

    /// <summary>True when the caller itself asked for the usage chunk.</summary>
    public bool IncludeUsage { get; internal set; }

    /// <summary>The value of <c>previous_response_id</c> (a string with its quotes), or <see cref="ByteRange.None"/>.</summary>
    public ByteRange PreviousResponseIdValue { get; internal set; } = ByteRange.None;

    /// <summary>The values of <c>file_id</c> in the content of the conversation (strings with their quotes), in order.</summary>
    public IReadOnlyList<ByteRange> FileIds => _fileIds ?? [];

    /// <summary>The offset after the opening brace of the object, where a member can be inserted; -1 when the object is not JSON.</summary>
    public int InsertAt { get; internal set; } = -1;

    /// <summary>True when the object has no members, so that an insertion needs no comma.</summary>
    public bool IsEmptyObject { get; internal set; }

    /// <summary>The end user as the caller names it (<c>user</c> or <c>safety_identifier</c>); null when absent. Never trusted across keys.</summary>
    public string? User { get; internal set; }

    /// <summary>The members of <c>metadata</c> that are strings (at most 16, OpenAI's own bound); null when there are none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Metadata { get; internal set; }

    /// <summary>True when tools or functions are offered.</summary>
    public bool HasTools { get; internal set; }

    /// <summary>True when any part of the input is an image.</summary>
    public bool HasImages { get; internal set; }

    /// <summary>True when any part of the input is audio.</summary>
    public bool HasAudio { get; internal set; }

    /// <summary>True when the answer must follow a JSON schema (<c>response_format</c> or <c>text.format</c> of type <c>json_schema</c>).</summary>
    public bool HasJsonSchema { get; internal set; }

    /// <summary>True when <c>encoding_format</c> is <c>base64</c>, as OpenAI's clients ask for embeddings unasked.</summary>
    public bool AsksForBase64 { get; internal set; }

    /// <summary>True when a size of vectors is asked for (<c>dimensions</c>).</summary>
    public bool HasDimensions { get; internal set; }

    /// <summary>The most output tokens the caller accepts (any of its names); null when unbounded.</summary>
    public long? MaxOutputTokens { get; internal set; }

    /// <summary>How many answers are asked for (<c>n</c>); 1 by default.</summary>
    public int Choices { get; internal set; } = 1;

    /// <summary>True when the same answer is asked for each time: <c>temperature</c> is 0, or there is a <c>seed</c>.</summary>
    public bool IsDeterministic => IsCold || IsSeeded;

    /// <summary>True when <c>store</c> is <c>false</c>: nobody keeps the answer.</summary>
    public bool RefusesStore { get; internal set; }

    /// <summary>True when the answer is asked for later (<c>background</c>), or belongs to a conversation that the provider keeps and that goes on (<c>conversation</c>).</summary>
    public bool IsStateful { get; internal set; }

    internal bool IsCold { get; set; }

    internal bool IsSeeded { get; set; }

    /// <summary>
    /// Input tokens, estimated: the text by <see cref="TokenEstimator"/>, what templates add by the model's name, each image as one
    /// of 1024 by 1024, token ids as one each. Audio and files count nothing. 0 for requests without text.
    /// </summary>
    public int EstimatedInputTokens { get; internal set; }

    /// <summary>The same for the model that really answers: the name asked for may be an alias that does not tell the family.</summary>
    /// <param name="model">The model's own name.</param>
    public int EstimateInputTokens(string? model) => ModelFamily.Of(model).Input(TextTokens, IsConversation, HasTools);

    /// <summary>Tokens of the text alone, in OpenAI's vocabulary.</summary>
    internal long TextTokens { get; set; }

    /// <summary>True when a chat template is put around the text.</summary>
    internal bool IsConversation { get; set; }

    /// <summary>Characters of the text to be spoken (<see cref="Operation.Speech"/>); 0 otherwise.</summary>
    public int InputCharacters { get; internal set; }

    /// <summary>What the price depends on and no usage says; null for nearly all requests.</summary>
    public RequestTerms? Terms { get; internal set; }

    internal void AddFileId(ByteRange value)
    {
        if (_fileIds is not { Count: >= MostFiles })
            (_fileIds ??= []).Add(value);
    }

    /// <summary>The facts of a multipart form: its fields mean what JSON members of the same names mean.</summary>
    /// <param name="model">The <c>model</c> field; null when absent.</param>
    /// <param name="modelValue">Where the field's value stands in the body, without quotes.</param>
    /// <param name="stream">Whether the <c>stream</c> field is <c>true</c>.</param>
    /// <param name="terms">What the price depends on; null where it depends on nothing of the request.</param>
    public static RequestFacts ForForm(string? model, ByteRange modelValue, bool stream, RequestTerms? terms = null) =>
        new() { Model = model, ModelValue = modelValue, Stream = stream, Terms = terms };
}

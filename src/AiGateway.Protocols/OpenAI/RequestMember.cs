namespace AiGateway.Protocols.OpenAI;

/// <summary>Top-level members of a request that the gateway reads.</summary>
internal enum RequestMember
{
    Unknown,
    Model,
    Stream,
    StreamOptions,
    PreviousResponseId,
    Messages,
    Prompt,
    Input,
    Instructions,
    Query,
    Documents,
    Tools,
    Functions,
    ResponseFormat,
    Text,
    User,
    SafetyIdentifier,
    Metadata,
    MaxTokens,
    MaxCompletionTokens,
    MaxOutputTokens,
    Choices,
    BestOf,
    System,
    Contents,
    SystemInstruction,
    SystemInstructionSnake,
    Texts,
    EncodingFormat,
    Dimensions,
    Size,
    Quality,
    WebSearchOptions,
    GenerateContentRequest,
    OutputConfig,
    GenerationConfig,
    GenerationConfigSnake,
    Temperature,
    Seed,
    Store,
    Background,
    Conversation,
}

internal static class RequestMembers
{
    private static readonly (RequestMember Member, string Name, byte[] Utf8)[] ByName =
    [
        Of(RequestMember.Model, "model"),
        Of(RequestMember.Stream, "stream"),
        Of(RequestMember.StreamOptions, "stream_options"),
        Of(RequestMember.PreviousResponseId, "previous_response_id"),
        Of(RequestMember.Messages, "messages"),
        Of(RequestMember.Prompt, "prompt"),
        Of(RequestMember.Input, "input"),
        Of(RequestMember.Instructions, "instructions"),
        Of(RequestMember.Query, "query"),
        Of(RequestMember.Documents, "documents"),
        Of(RequestMember.Tools, "tools"),
        Of(RequestMember.Functions, "functions"),
        Of(RequestMember.ResponseFormat, "response_format"),
        Of(RequestMember.Text, "text"),
        Of(RequestMember.User, "user"),
        Of(RequestMember.SafetyIdentifier, "safety_identifier"),
        Of(RequestMember.Metadata, "metadata"),
        Of(RequestMember.MaxTokens, "max_tokens"),
        Of(RequestMember.MaxCompletionTokens, "max_completion_tokens"),
        Of(RequestMember.MaxOutputTokens, "max_output_tokens"),
        Of(RequestMember.Choices, "n"),
        Of(RequestMember.BestOf, "best_of"),
        Of(RequestMember.System, "system"),
        Of(RequestMember.Contents, "contents"),
        Of(RequestMember.SystemInstruction, "systemInstruction"),
        Of(RequestMember.SystemInstructionSnake, "system_instruction"),
        Of(RequestMember.Texts, "texts"),
        Of(RequestMember.EncodingFormat, "encoding_format"),
        Of(RequestMember.Dimensions, "dimensions"),
        Of(RequestMember.Size, "size"),
        Of(RequestMember.Quality, "quality"),
        Of(RequestMember.WebSearchOptions, "web_search_options"),
        Of(RequestMember.GenerateContentRequest, "generateContentRequest"),
        Of(RequestMember.OutputConfig, "output_config"),
        Of(RequestMember.GenerationConfig, "generationConfig"),
        Of(RequestMember.GenerationConfigSnake, "generation_config"),
        Of(RequestMember.Temperature, "temperature"),
        Of(RequestMember.Seed, "seed"),
        Of(RequestMember.Store, "store"),
        Of(RequestMember.Background, "background"),
        Of(RequestMember.Conversation, "conversation"),
    ];

    public static RequestMember Find(ReadOnlySpan<byte> name)
    {
        foreach (var entry in ByName)
        {
            if (name.SequenceEqual(entry.Utf8))
                return entry.Member;
        }
        return RequestMember.Unknown;
    }

    public static string NameOf(RequestMember member) => ByName[(int)member - 1].Name;

    private static (RequestMember, string, byte[]) Of(RequestMember member, string name) =>
        (member, name, System.Text.Encoding.UTF8.GetBytes(name));
}

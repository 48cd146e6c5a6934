namespace AiGateway.Protocols.Chat;

/// <summary>A request for a conversation's next turn, in no provider's dialect. Null means: the caller did not say.</summary>
public sealed class ChatRequest
{
    /// <summary>The dialect it was read from: unknown members and opaque parts may only go back to the same.</summary>
    public required Dialect Source { get; init; }

    /// <summary>The model asked for; empty where the dialect has it in the path.</summary>
    public string Model { get; set; } = "";

    /// <summary>Whether the answer is to be streamed.</summary>
    public bool Stream { get; set; }

    /// <summary>Whether a streamed answer is to report usage where its dialect makes that an option.</summary>
    public bool? IncludeUsage { get; set; }

    /// <summary>The conversation, instructions included, in order.</summary>
    public List<ChatMessage> Messages { get; private set; } = [];

    /// <summary>Tools on offer, those that the provider runs itself included.</summary>
    public List<ChatTool> Tools { get; private set; } = [];

    /// <summary>Which tool is to be called.</summary>
    public ChatToolChoice? ToolChoice { get; set; }

    /// <summary>Whether several tools may be called in one turn.</summary>
    public bool? ParallelToolCalls { get; set; }

    /// <summary>Most tokens of the answer, reasoning included.</summary>
    public long? MaxOutputTokens { get; set; }

    /// <summary>Sampling temperature, 0 to 2 (Anthropic, Cohere and others: 0 to 1).</summary>
    public double? Temperature { get; set; }

    /// <summary>Nucleus sampling, 0 to 1.</summary>
    public double? TopP { get; set; }

    /// <summary>Sampling from the k likeliest tokens.</summary>
    public long? TopK { get; set; }

    /// <summary>Penalty for frequent tokens, −2 to 2.</summary>
    public double? FrequencyPenalty { get; set; }

    /// <summary>Penalty for tokens that are there already, −2 to 2.</summary>
    public double? PresencePenalty { get; set; }

    /// <summary>Seed for repeatable sampling.</summary>
    public long? Seed { get; set; }

    /// <summary>Texts at which generation ends.</summary>
    public List<string> Stop { get; } = [];

    /// <summary>How many answers; null for one.</summary>
    public int? Candidates { get; set; }

    /// <summary>Whether log probabilities are wanted.</summary>
    public bool? Logprobs { get; set; }

    /// <summary>How many alternatives with each token's log probability.</summary>
    public int? TopLogprobs { get; set; }

    /// <summary>The form of the answer.</summary>
    public ChatFormat? Format { get; set; }

    /// <summary>How much to think, and what of it to show.</summary>
    public ChatReasoning? Reasoning { get; set; }

    /// <summary>How long the answer should be (<c>low</c>, <c>medium</c>, <c>high</c>).</summary>
    public string? Verbosity { get; set; }

    /// <summary>What the answer is made of, beside text: <c>audio</c>, <c>image</c>. Null for text alone.</summary>
    public List<string>? Modalities { get; set; }

    /// <summary>The end user, as the caller names it.</summary>
    public string? User { get; set; }

    /// <summary>The service tier.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>The caller's own words for its records.</summary>
    public JsonValue Metadata { get; set; }

    /// <summary>Whether the provider is to keep the answer (Responses, and Chat's <c>store</c>).</summary>
    public bool? Store { get; set; }

    /// <summary>OpenAI Chat: tools came under their first name, <c>functions</c>, so that the answer carries <c>function_call</c>.</summary>
    public bool LegacyFunctions { get; set; }

    /// <summary>Id for an answer whose provider gives none; the gateway sets it from its request id.</summary>
    public string? AnswerId { get; set; }

    /// <summary>Unix time in seconds for an answer whose provider gives none; the gateway sets it from its clock.</summary>
    public long? AnswerCreated { get; set; }

    /// <summary>The id under which the gateway itself keeps the answer: a Responses answer then goes by it and says that it is stored. Null when the gateway keeps none.</summary>
    public string? KeptId { get; set; }

    /// <summary>The response kept by the gateway that this one continues, as the caller named it: <see cref="Messages"/> holds its conversation already, and a Responses answer repeats the id. Null for none.</summary>
    public string? ContinuedId { get; set; }

    /// <summary>The stored response that this one continues (Responses).</summary>
    public string? PreviousResponseId { get; set; }

    /// <summary>Members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; set; }

    /// <summary>Members that only the source dialect needs and that no other loses: presence of nulls, states, repetitions of the request.</summary>
    public JsonMembers? Own { get; set; }

    /// <summary>The same request with another conversation, and with other tools where they are given.</summary>
    internal ChatRequest With(List<ChatMessage> messages, List<ChatTool>? tools = null)
    {
        var copy = (ChatRequest)MemberwiseClone();
        copy.Messages = messages;
        copy.Tools = tools ?? Tools;
        return copy;
    }
}

/// <summary>The form of an answer.</summary>
/// <param name="Kind">Text, any JSON, or JSON of a schema.</param>
public sealed record ChatFormat(ChatFormatKind Kind)
{
    /// <summary>The schema's name.</summary>
    public string? Name { get; init; }

    /// <summary>What the answer is, for the model.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema; absent unless <see cref="ChatFormatKind.JsonSchema"/>.</summary>
    public JsonValue Schema { get; init; }

    /// <summary>Whether the schema is to be obeyed exactly.</summary>
    public bool? Strict { get; init; }

    /// <summary>The schema as the source dialect wrote it, where that is no JSON schema (Gemini's <c>Schema</c>): for targets of the same dialect; absent otherwise.</summary>
    public JsonValue NativeSchema { get; init; }
}

/// <summary>Forms of an answer.</summary>
public enum ChatFormatKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A JSON value.</summary>
    Json,

    /// <summary>JSON that obeys a schema.</summary>
    JsonSchema,
}

/// <summary>How much a model thinks before it answers.</summary>
public sealed record ChatReasoning
{
    /// <summary>False turns thinking off, true on; null leaves it to the rest.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Effort in OpenAI's words: <c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, and whatever comes.</summary>
    public string? Effort { get; init; }

    /// <summary>Most tokens of thinking; −1 where the model is to choose (Gemini).</summary>
    public long? BudgetTokens { get; init; }

    /// <summary>Whether the thoughts, or a summary of them, are to be in the answer; the word of the dialect (<c>auto</c>, <c>concise</c>, <c>detailed</c>, <c>omitted</c>, <c>summarized</c>).</summary>
    public string? Summary { get; init; }

    /// <summary>The source's own members, where it said it otherwise than its dialect's inventor (OpenAI Chat: <c>reasoning</c>, <c>thinking</c>): for targets of the same dialect.</summary>
    public JsonMembers? Native { get; init; }
}

/// <summary>Which tool is to be called.</summary>
/// <param name="Mode">None, as the model likes, any, or the named one.</param>
/// <param name="Name">The tool's name; null unless <see cref="ChatToolMode.Named"/>.</param>
public sealed record ChatToolChoice(ChatToolMode Mode, string? Name = null)
{
    /// <summary>The only tools that may be called (Gemini, OpenAI's <c>allowed_tools</c>); null for all.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }
}

/// <summary>Modes of tool choice.</summary>
public enum ChatToolMode
{
    /// <summary>No tool.</summary>
    None,

    /// <summary>As the model likes.</summary>
    Auto,

    /// <summary>At least one tool.</summary>
    Required,

    /// <summary>The named tool.</summary>
    Named,
}

/// <summary>A tool on offer.</summary>
public sealed class ChatTool
{
    /// <summary>The function's name; for a provider's own tool its type.</summary>
    public required string Name { get; set; }

    /// <summary>What it does, for the model.</summary>
    public string? Description { get; init; }

    /// <summary>JSON schema of its arguments; absent for none.</summary>
    public JsonValue Parameters { get; init; }

    /// <summary>The schema as the source dialect wrote it, where that is no JSON schema (Gemini's <c>Schema</c>): for targets of the same dialect; absent otherwise.</summary>
    public JsonValue NativeParameters { get; init; }

    /// <summary>Whether the schema is to be obeyed exactly.</summary>
    public bool? Strict { get; init; }

    /// <summary>A tool that the provider runs or defines itself (web search, code, computer, custom): the whole object in the source dialect; absent for functions. Web search is translated between dialects, the rest is not.</summary>
    public JsonValue Native { get; init; }

    /// <summary>True when <see cref="Native"/> is a web search.</summary>
    public bool IsWebSearch { get; init; }

    /// <summary>The prompt up to here may be cached for this long (Anthropic, Bedrock): <c>5m</c>, <c>1h</c>; null for no mark.</summary>
    public string? CacheMark { get; init; }

    /// <summary>Members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; init; }

    /// <summary>Members that only the source dialect needs and that no other loses: presence of nulls.</summary>
    public JsonMembers? Own { get; init; }

    /// <summary>The same tool under another name.</summary>
    internal ChatTool Renamed(string name)
    {
        var copy = (ChatTool)MemberwiseClone();
        copy.Name = name;
        return copy;
    }
}

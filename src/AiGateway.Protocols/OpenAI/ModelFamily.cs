using System.Runtime.InteropServices;

namespace AiGateway.Protocols.OpenAI;

/// <summary>How a model's tokens differ from OpenAI's: measured on recorded traffic, as what remains beside the text itself.</summary>
/// <param name="Always">Tokens that the chat template puts before any conversation, beside OpenAI's own three.</param>
/// <param name="WithTools">Tokens that it adds when tools are offered, beside OpenAI's own.</param>
/// <param name="PerCall">Tokens around the name and arguments of a tool call in an answer.</param>
/// <param name="Percent">Tokens of a text in percent of those in OpenAI's vocabulary.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ModelFamily(int Always, int WithTools, int PerCall, int Percent)
{
    /// <summary>Role and separators of a message.</summary>
    public const int PerMessage = 4;

    /// <summary>A call in the history: markers around name and arguments.</summary>
    public const int PerPastCall = 8;

    /// <summary>What surrounds each tool's name and description.</summary>
    public const int PerTool = 8;

    /// <summary>A property's type and punctuation.</summary>
    public const int PerProperty = 4;

    /// <summary>What ends an answer.</summary>
    public const int PerAnswer = 1;

    /// <summary>Several calls in one answer are wrapped once more.</summary>
    public const int PerFurtherCall = 10;

    private const int PerConversation = 3;
    private const int PerToolList = 12;

    private static readonly ModelFamily OpenAI = new(0, 0, 7, 100);

    /// <summary>The family of a model, by its name; an alias that does not tell counts as OpenAI's.</summary>
    public static ModelFamily Of(string? model)
    {
        if (model is null)
            return OpenAI;
        // The harmony format's system message, with knowledge cut-off, date and channels.
        if (Names(model, "gpt-oss"))
            return OpenAI with { Always = 64 };
        if (Names(model, "gpt-"))
            return Names(model, "gpt-5") ? OpenAI with { Always = -1 } : OpenAI;
        // Anthropic documents a tool use system prompt of some 350 to 530 tokens, by model; calls are written as XML.
        if (Names(model, "claude"))
            return new(0, 515, 42, 120);
        // Llama 3 is told the date; Llama 4 is instructed at length how to call tools.
        if (Names(model, "llama-3"))
            return OpenAI with { Always = 28 };
        if (Names(model, "llama-4"))
            return new(0, 690, 20, 100);
        // Templates without an opening, and tools as plain JSON.
        if (Names(model, "mistral") || Names(model, "ministral") || Names(model, "mixtral"))
            return new(-3, 30, 2, 112);
        return Names(model, "deepseek") || Names(model, "glm-") ? OpenAI with { Always = -3, WithTools = 30 } : OpenAI;
    }

    /// <summary>Tokens of a request: its text and what the template adds.</summary>
    public int Input(long text, bool isConversation, bool hasTools) =>
        (int)Math.Clamp((text * Percent / 100) + (isConversation ? Template(hasTools) : 0), 0, int.MaxValue);

    /// <summary>Tokens of many requests, as if all were conversations.</summary>
    /// <param name="text">Tokens of their texts.</param>
    /// <param name="requests">How many there are.</param>
    /// <param name="hasTools">Whether tools are offered in them.</param>
    public long Input(long text, long requests, bool hasTools) => Math.Max(0, (text * Percent / 100) + (requests * Template(hasTools)));

    /// <summary>Tokens of an answer: its text and what surrounds its calls.</summary>
    public int Output(long text, int calls)
    {
        var markup = calls == 0 ? 0 : (calls * PerCall) + ((calls - 1) * PerFurtherCall);
        return (int)Math.Min((text * Percent / 100) + markup, int.MaxValue);
    }

    private int Template(bool hasTools) => PerConversation + Always + (hasTools ? PerToolList + WithTools : 0);

    private static bool Names(string model, string family) => model.Contains(family, StringComparison.OrdinalIgnoreCase);
}

namespace AiGateway.Accounting;

/// <summary>One model of a provider in the price list.</summary>
internal sealed class ModelPrice
{
    /// <summary>The provider's name in the list.</summary>
    public required string Provider { get; init; }

    /// <summary>The model's main id.</summary>
    public required string Model { get; init; }

    /// <summary><c>chat</c>, <c>embedding</c>, <c>image</c>, <c>audio</c>, <c>video</c>, <c>rerank</c>, <c>moderation</c>, <c>ocr</c>; null where an operator's price stands alone.</summary>
    public string? Mode { get; init; }

    /// <summary>For audio: <c>transcription</c>, <c>speech</c>, <c>realtime</c>, <c>chat-audio</c>; null for others.</summary>
    public string? Kind { get; init; }

    /// <summary>Context window in tokens; null when unknown.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Most output tokens; null when unknown.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Periods, oldest first; at most one holds at an instant.</summary>
    public required PricePeriod[] Periods { get; init; }

    /// <summary>True when output that the answer does not split by kind is images: image models answer nothing else.</summary>
    public bool OutputIsImages => Mode is "image";

    /// <summary>True when output that the answer does not split by kind is audio: speech models answer nothing else.</summary>
    public bool OutputIsAudio => Kind is "speech";

    /// <summary>True when input is mostly audio: transcription models are sent nothing else but a hint.</summary>
    public bool InputIsAudio => Kind is "transcription";

    /// <summary>The period that holds at <paramref name="at"/>; null when none does and the price is unknown.</summary>
    public PricePeriod? PeriodAt(DateTimeOffset at)
    {
        // From the newest: that is the one nearly every request needs.
        for (var i = Periods.Length - 1; i >= 0; i--)
        {
            if (Periods[i].Holds(at))
            {
                return Periods[i];
            }
        }
        return null;
    }

    /// <summary>The same model with every price times <paramref name="factor"/>.</summary>
    public ModelPrice Times(decimal factor) => new()
    {
        Provider = Provider,
        Model = Model,
        Mode = Mode,
        Kind = Kind,
        ContextWindow = ContextWindow,
        MaxOutputTokens = MaxOutputTokens,
        Periods = Array.ConvertAll(Periods, period => period.Times(factor)),
    };
}

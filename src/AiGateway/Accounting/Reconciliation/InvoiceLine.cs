namespace AiGateway.Accounting.Reconciliation;

/// <summary>What one line of a provider's export says.</summary>
internal sealed record InvoiceLine
{
    /// <summary>The day, as the provider counts it.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The model as the provider names it; null for what is of no model.</summary>
    public string? Model { get; init; }

    /// <summary>The amount; null on lines of usage.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Its currency, as the file has it; null where the file names none.</summary>
    public string? Currency { get; init; }

    /// <summary>Input tokens, cached and written ones included; null where the line says nothing of them.</summary>
    public decimal? InputTokens { get; init; }

    /// <summary>Output tokens; null where the line says nothing of them.</summary>
    public decimal? OutputTokens { get; init; }
}

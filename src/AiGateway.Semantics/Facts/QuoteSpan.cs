namespace AiGateway.Semantics.Facts;

/// <summary>Words between quotation marks.</summary>
/// <param name="Key">Of the words, in order.</param>
/// <param name="Start">First character inside the marks.</param>
/// <param name="Length">Characters inside the marks.</param>
internal readonly record struct QuoteSpan(ulong Key, int Start, int Length);

namespace AiGateway.Semantics.Facts;

/// <summary>A run of content tokens that stands in both texts in the same order without another matched token in between.</summary>
/// <param name="FirstA">Index of its first token in the first text.</param>
/// <param name="Rank">Its place among the blocks of the second text.</param>
internal readonly record struct OrderBlock(int FirstA, int LastA, int FirstB, int LastB, int Rank);

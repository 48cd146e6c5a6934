using System.Runtime.InteropServices;

namespace AiGateway.Semantics.Facts;

/// <summary>Near-misses: what does not forbid a hit by itself but makes it more or less likely to be right.</summary>
/// <param name="Overlap">Share of both texts' content tokens that have a partner in the other, 0 to 1; 1 where neither has content.</param>
/// <param name="Unmatched">Content tokens of either text without a partner.</param>
/// <param name="UnmatchedRare">Those of them that are names, rare or technical words, or values.</param>
/// <param name="Near">Pairs that agree by a synonym, another ending or a slip of the keyboard only.</param>
/// <param name="OrderDisagreement">Share of pairs of moved parts that no harmless move explains, 0 to 1.</param>
/// <param name="LengthRatio">Content tokens of the shorter text by those of the longer, 0 to 1.</param>
/// <param name="Question">Whether both ask for the same kind of answer: 1 the same, 0.5 kinds that go together, 0 others.</param>
/// <param name="Disagreements">One bit for each <see cref="FactKind"/> that disagrees, also of those that do not veto.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FactFeatures(float Overlap, int Unmatched, int UnmatchedRare, int Near, float OrderDisagreement, float LengthRatio, float Question, uint Disagreements);

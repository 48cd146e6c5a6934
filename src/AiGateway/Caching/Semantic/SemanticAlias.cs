using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Caching.Semantic.Embedders;
using AiGateway.Caching.Semantic.Judges;
using AiGateway.Configuration;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Caching.Semantic;

/// <summary>What an alias that compares questions works with.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Rule">What the configuration says.</param>
/// <param name="Embedder">Makes vectors.</param>
/// <param name="Index">The questions.</param>
/// <param name="Acceptance">Decides.</param>
/// <param name="Judge">Compares answers.</param>
internal sealed record SemanticAlias(string Name, SemanticCacheModel Rule, IQuestionEmbedder Embedder, ISemanticIndex Index, AcceptanceModel Acceptance, IAnswerComparer Judge)
{
    /// <summary>Tells whether checks have verdicts.</summary>
    public VerdictWatch Verdicts { get; } = new();

    /// <summary>Whose evidence it learns: what one judge says another may not.</summary>
    public AcceptanceKey Evidence => EvidenceOf(Name, Rule, Embedder);

    /// <summary>The same of an alias that is yet to be.</summary>
    public static AcceptanceKey EvidenceOf(string name, SemanticCacheModel rule, IQuestionEmbedder embedder) => new(
        name, rule.JudgeAlias is { } judge ? embedder.Fingerprint ^ BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes("judge " + judge.Name))) : embedder.Fingerprint);
}

using AiGateway.Semantics.Embedding;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Embedding;

/// <summary>The carried models, each loaded once for all tests.</summary>
internal static class Models
{
    private static readonly Lazy<EmbeddingModel> SentenceOnce = new(() => EmbeddingModel.Load(Folder("sentence-384")));
    private static readonly Lazy<EmbeddingModel> StaticOnce = new(() => EmbeddingModel.Load(Folder("static-256")));

    public static EmbeddingModel Sentence => SentenceOnce.Value;

    public static EmbeddingModel Static => StaticOnce.Value;

    public static EmbeddingModel Of(string name) => name == "static-256" ? Static : Sentence;

    public static string Folder(string name) => RepositoryRoot.Of("config", "models", name);
}

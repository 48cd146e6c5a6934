namespace AiGateway.Protocols.Fingerprints;

/// <summary>The closed list of top-level members that cannot change an answer, and so are no part of a fingerprint.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>model</c>: the resolved alias stands in its place, so that all names of an alias share.</item>
/// <item><c>stream</c>, <c>stream_options</c>: how the answer is sent; a kept answer is replayed either way.</item>
/// <item><c>service_tier</c>: how soon it comes and what it costs.</item>
/// <item><c>user</c>, <c>safety_identifier</c>, <c>metadata</c> (Anthropic's holds <c>user_id</c>), Google's <c>labels</c>: the caller's own words about who asks and why.</item>
/// <item><c>prompt_cache_key</c>, <c>prompt_cache_retention</c>: where the provider looks for a prefix it has seen.</item>
/// </list>
/// Not on it, although alike: <c>store</c> (what is stored can be asked for again by its id, a replayed answer cannot), <c>encoding_format</c> (another
/// answer), and in Responses all that its answer repeats: <c>user</c>, <c>safety_identifier</c>, <c>metadata</c>, <c>prompt_cache_key</c> would be
/// somebody else's there. A member that is listed for one operation counts in all others: what is unknown there matters.
/// </remarks>
public static class OmittedMembers
{
    private static readonly byte[][] Chat = Of("model", "stream", "stream_options", "service_tier", "user", "safety_identifier", "metadata", "prompt_cache_key", "prompt_cache_retention");
    private static readonly byte[][] Responses = Of("model", "stream", "stream_options", "service_tier");
    private static readonly byte[][] Messages = Of("model", "stream", "service_tier", "metadata");
    private static readonly byte[][] Gemini = Of("model", "labels");
    private static readonly byte[][] Completions = Of("model", "stream", "stream_options", "user");
    private static readonly byte[][] Embeddings = Of("model", "user");
    private static readonly byte[][] Others = Of("model");

    /// <summary>The names that are left out of the fingerprint of <paramref name="operation"/>, in UTF-8.</summary>
    public static ReadOnlySpan<byte[]> For(Operation operation) => operation switch
    {
        Operation.ChatCompletions => Chat,
        Operation.Responses => Responses,
        Operation.Messages => Messages,
        Operation.GenerateContent => Gemini,
        Operation.Completions => Completions,
        Operation.Embeddings => Embeddings,
        _ => Others,
    };

    internal static bool Contains(ReadOnlySpan<byte[]> names, ReadOnlySpan<byte> name)
    {
        foreach (var omitted in names)
        {
            if (name.SequenceEqual(omitted))
                return true;
        }
        return false;
    }

    private static byte[][] Of(params string[] names) => [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];
}

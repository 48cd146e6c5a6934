using System.Text.Json;

namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>Reads a folder's <c>tokenizer.json</c>: WordPiece behind BERT's normaliser and pre-tokeniser. Any other kind is refused by its name.</summary>
/// <remarks>Its <c>truncation</c> and <c>padding</c> are not used: where a text is cut is the model's matter, and nothing is padded.</remarks>
internal static class TokenizerFile
{
    private const int MostCharactersPerWord = 200;
    private const int MostPieces = 1_000_000;
    private const int MostAdded = 10_000;

    /// <summary>The tokeniser that the file describes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">How many rows the model's table has: every id is below.</param>
    /// <exception cref="EmbeddingModelException">It is missing, not sound, or of a kind that is not read.</exception>
    public static WordPieceTokenizer Read(string path, int rows) => JsonFile.Read(path, root => Read(path, root, rows));

    private static WordPieceTokenizer Read(string path, JsonElement root, int rows)
    {
        var model = Member(root, "model", JsonValueKind.Object) ?? throw Refused(path, "it has no 'model'");
        if (Text(model, "type") is not "WordPiece" and var type)
        {
            throw Refused(path, $"its model is of the type '{type}', and only WordPiece is read; choose a folder of a BERT model");
        }
        var pieces = Pieces(path, model, rows);
        var unknown = Text(model, "unk_token") ?? throw Refused(path, "its model has no 'unk_token'");
        var most = Number(model, "max_input_chars_per_word") ?? 100;
        if (most is < 1 or > MostCharactersPerWord)
        {
            throw Refused(path, $"max_input_chars_per_word is {most}, which is not from 1 to {MostCharactersPerWord}");
        }
        if (Member(root, "pre_tokenizer", JsonValueKind.Object) is not { } splitting || Text(splitting, "type") != "BertPreTokenizer")
        {
            throw Refused(path, "its pre_tokenizer is not BertPreTokenizer, the only one that is read");
        }
        var (before, after) = Surroundings(path, root, rows);
        return new WordPieceTokenizer(
            Rules(path, root),
            new WordPieceVocabulary(pieces, Text(model, "continuing_subword_prefix") is { Length: > 0 } prefix ? prefix : throw Refused(path, "its model has no 'continuing_subword_prefix'")),
            pieces.TryGetValue(unknown, out var id) ? id : throw Refused(path, $"its unknown token '{unknown}' is not in the vocabulary"),
            most,
            Added(path, root, rows),
            before,
            after);
    }

    private static Dictionary<string, int> Pieces(string path, JsonElement model, int rows)
    {
        var vocabulary = Member(model, "vocab", JsonValueKind.Object) ?? throw Refused(path, "its model has no 'vocab'");
        var pieces = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var piece in vocabulary.EnumerateObject())
        {
            if (pieces.Count == MostPieces)
            {
                throw Refused(path, $"its vocabulary has more than {MostPieces} pieces");
            }
            if (!pieces.TryAdd(piece.Name, Id(path, piece.Name, piece.Value, rows)))
            {
                throw Refused(path, $"the piece '{piece.Name}' stands in the vocabulary twice");
            }
        }
        return pieces;
    }

    private static BertNormalizerRules Rules(string path, JsonElement root)
    {
        if (Member(root, "normalizer", JsonValueKind.Object) is not { } normalizer || Text(normalizer, "type") != "BertNormalizer")
        {
            throw Refused(path, "its normalizer is not BertNormalizer, the only one that is read");
        }
        var lower = Flag(normalizer, "lowercase") ?? true;
        return new BertNormalizerRules(
            Flag(normalizer, "clean_text") ?? true,
            Flag(normalizer, "handle_chinese_chars") ?? true,
            // Not said means: together with lower case, as in BERT's own code.
            Flag(normalizer, "strip_accents") ?? lower,
            lower);
    }

    private static (string Text, int Id)[] Added(string path, JsonElement root, int rows)
    {
        if (Member(root, "added_tokens", JsonValueKind.Array) is not { } tokens)
        {
            return [];
        }
        if (tokens.GetArrayLength() > MostAdded)
        {
            throw Refused(path, $"it has {tokens.GetArrayLength()} added tokens; at most {MostAdded} are read");
        }
        var added = new List<(string, int)>();
        foreach (var token in tokens.EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Object || Text(token, "content") is not { Length: > 0 } content || !token.TryGetProperty("id", out var id))
            {
                throw Refused(path, "one of its added_tokens lacks content or id");
            }
            added.Add((content, Id(path, content, id, rows)));
        }
        return [.. added];
    }

    private static (int[] Before, int[] After) Surroundings(string path, JsonElement root, int rows)
    {
        if (Member(root, "post_processor", JsonValueKind.Object) is not { } processor)
        {
            return ([], []);
        }
        switch (Text(processor, "type"))
        {
            case "BertProcessing":
                return ([Pair(path, processor, "cls", rows)], [Pair(path, processor, "sep", rows)]);
            case "TemplateProcessing":
                return Template(path, processor, rows);
            case var other:
                throw Refused(path, $"its post_processor is of the type '{other}'; TemplateProcessing and BertProcessing are read");
        }
    }

    private static int Pair(string path, JsonElement processor, string name, int rows) =>
        Member(processor, name, JsonValueKind.Array) is { } pair && pair.GetArrayLength() == 2
            ? Id(path, name, pair[1], rows)
            : throw Refused(path, $"its post_processor lacks '{name}'");

    private static (int[] Before, int[] After) Template(string path, JsonElement processor, int rows)
    {
        var before = new List<int>();
        var after = new List<int>();
        var seen = false;
        foreach (var part in (Member(processor, "single", JsonValueKind.Array) ?? throw Refused(path, "its post_processor lacks 'single'")).EnumerateArray())
        {
            if (part.ValueKind == JsonValueKind.Object && Member(part, "Sequence", JsonValueKind.Object) is not null && !seen)
            {
                seen = true;
            }
            else if (part.ValueKind == JsonValueKind.Object && Member(part, "SpecialToken", JsonValueKind.Object) is { } special && Text(special, "id") is { } name
                && Member(processor, "special_tokens", JsonValueKind.Object) is { } known && Member(known, name, JsonValueKind.Object) is { } token
                && Member(token, "ids", JsonValueKind.Array) is { } ids)
            {
                (seen ? after : before).AddRange(ids.EnumerateArray().Select(id => Id(path, name, id, rows)));
            }
            else
            {
                throw Refused(path, "its post_processor's 'single' has a part that is neither the text nor a known special token");
            }
        }
        return seen ? ([.. before], [.. after]) : throw Refused(path, "its post_processor's 'single' leaves the text out");
    }

    private static int Id(string path, string name, JsonElement element, int rows) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id >= 0 && id < rows
            ? id
            : throw Refused(path, $"'{name}' has the id {element.GetRawText()}, which is none of the model's {rows} rows");

    private static JsonElement? Member(JsonElement element, string name, JsonValueKind kind) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : null;

    private static string? Text(JsonElement element, string name) => Member(element, name, JsonValueKind.String)?.GetString();

    private static int? Number(JsonElement element, string name) =>
        Member(element, name, JsonValueKind.Number) is { } number && number.TryGetInt32(out var value) ? value : null;

    private static bool? Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.GetBoolean() : null;

    private static EmbeddingModelException Refused(string path, string reason) => new($"{path}: {reason}.");
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Runtime;

/// <summary>Binds the JSON of an entry by the table that binds the routing file, so that both know the same members, values and errors.</summary>
/// <remarks>Nothing is replaced from the environment: who may make a key is not who may read the process's secrets.</remarks>
internal static class EntryBinder
{
    private static readonly RecordShape<CallerConfig> KeyShape = FileTable.Caller();
    private static readonly RecordShape<TeamConfig> TeamShape = FileTable.Team();
    private static readonly RecordShape<LimitConfig> LimitShape = FileTable.Limit();
    private static readonly RecordShape<BudgetConfig> BudgetShape = FileTable.Budget();

    /// <summary>What a body says; null with its errors in <paramref name="findings"/>.</summary>
    public static EntryContent? Bind(EntryKind kind, string body, Findings findings)
    {
        using var document = JsonDocument.Parse(body);
        var node = Convert(document.RootElement);
        var path = ConfigPath.Of(kind.Word);
        var context = new BindingContext(findings, environment: null);
        return kind switch
        {
            EntryKind.Key when Try(KeyShape, out var key) => new EntryContent(Key: key),
            EntryKind.Team when Try(TeamShape, out var team) => new EntryContent(Team: team),
            EntryKind.Limit when Try(LimitShape, out var limit) => new EntryContent(Limit: limit),
            EntryKind.Budget when Try(BudgetShape, out var budget) => new EntryContent(Budget: budget),
            _ => null,
        };

        bool Try<T>(RecordShape<T> shape, [MaybeNullWhen(false)] out T value)
            where T : class, new() => shape.TryBind(node, path, context, out value) && !findings.HasErrors;
    }

    private static YamlNode Convert(JsonElement element)
    {
        var place = Place.WholeFile;
        return element.ValueKind switch
        {
            JsonValueKind.Object => new YamlMapping(place, [.. element.EnumerateObject().Select(member => new YamlEntry(member.Name, place, Convert(member.Value)))]),
            JsonValueKind.Array => new YamlSequence(place, [.. element.EnumerateArray().Select(Convert)]),
            JsonValueKind.String => new YamlScalar(place, element.GetString()!, IsPlain: false, IsNull: false),
            JsonValueKind.Null => new YamlScalar(place, "", IsPlain: true, IsNull: true),
            _ => new YamlScalar(place, element.GetRawText(), IsPlain: true, IsNull: false),
        };
    }
}

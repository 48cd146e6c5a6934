namespace AiGateway.Configuration.Yaml;

/// <summary>A piece of the file with its place: what is left of the parsing events, before it is bound.</summary>
internal abstract record YamlNode(Place Place)
{
    /// <summary>What it is, in words for an error.</summary>
    public abstract string What { get; }
}

/// <summary>A single value.</summary>
/// <param name="Text">Its text without quotes.</param>
/// <param name="IsPlain">True without quotes: for the JSON Schema a number is then a number.</param>
/// <param name="IsNull">True for nothing, <c>~</c> and <c>null</c>.</param>
internal sealed record YamlScalar(Place Place, string Text, bool IsPlain, bool IsNull) : YamlNode(Place)
{
    public override string What => IsNull ? "nothing" : "a single value";
}

/// <summary>A list.</summary>
internal sealed record YamlSequence(Place Place, IReadOnlyList<YamlNode> Items) : YamlNode(Place)
{
    public override string What => "a list";
}

/// <summary>Keys with values, in the order of the file; keys are unique.</summary>
internal sealed record YamlMapping(Place Place, IReadOnlyList<YamlEntry> Entries) : YamlNode(Place)
{
    public override string What => "a mapping (keys with values)";
}

/// <summary>A key and its value.</summary>
internal sealed record YamlEntry(string Key, Place KeyPlace, YamlNode Value)
{
    /// <summary>What to point at: a single value itself, or the key above a list or mapping.</summary>
    public Place Place => Value is YamlScalar { IsNull: false } scalar ? scalar.Place : KeyPlace;
}

namespace AiGateway.Configuration.Yaml;

/// <summary>The way to a value in the file: <c>aliases.fast.groups[0].strategy</c>.</summary>
internal sealed class ConfigPath
{
    /// <summary>The file's root.</summary>
    public static readonly ConfigPath Root = new(null, "", "");

    private readonly string _display;

    private ConfigPath(ConfigPath? parent, string key, string display)
    {
        Parent = parent;
        Key = key;
        _display = display;
    }

    /// <summary>Null for the root.</summary>
    public ConfigPath? Parent { get; }

    /// <summary>Unique, unlike the printed form: ids may contain dots and brackets.</summary>
    public string Key { get; }

    /// <summary>A member of a mapping.</summary>
    public ConfigPath this[string name] => new(this, Key + "\n" + name, _display.Length == 0 ? name : $"{_display}.{name}");

    /// <summary>An item of a list.</summary>
    public ConfigPath this[int index] => new(this, Key + "\n#" + index, $"{_display}[{index}]");

    /// <summary>A way through several members.</summary>
    public static ConfigPath Of(params ReadOnlySpan<string> names)
    {
        var path = Root;
        foreach (var name in names)
        {
            path = path[name];
        }
        return path;
    }

    /// <summary>Whether this is <paramref name="other"/> or lies below it.</summary>
    public bool IsWithin(ConfigPath other)
    {
        for (ConfigPath? current = this; current is not null; current = current.Parent)
        {
            if (current.Key == other.Key)
            {
                return true;
            }
        }
        return false;
    }

    public override string ToString() => _display;
}

namespace AiGateway.Configuration.Yaml;

/// <summary>Remembers for every bound value where it stands, so that validators, which see only the bound records, can say so.</summary>
internal sealed class SourceMap
{
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Notes where <paramref name="path"/> stands.</summary>
    public void Add(ConfigPath path, Place place) => _places.TryAdd(path.Key, place);

    /// <summary>Whether the file says anything at <paramref name="path"/>.</summary>
    public bool Contains(ConfigPath path) => _places.ContainsKey(path.Key);

    /// <summary>Where <paramref name="path"/> stands, or the nearest of its parents where the file does not mention it.</summary>
    public Place Find(ConfigPath path)
    {
        for (ConfigPath? current = path; current is not null; current = current.Parent)
        {
            if (_places.TryGetValue(current.Key, out var place))
            {
                return place;
            }
        }
        return new Place(1, 1);
    }
}

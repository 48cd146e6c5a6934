using System.Text;

namespace AiGateway.Protocols.Bedrock.SigV4;

/// <summary>Paths and queries in the one form that both sides sign.</summary>
internal static class SigV4Canonical
{
    /// <summary>The path without empty and dot segments, escaped once more.</summary>
    public static void AppendPath(ref SigV4Text text, string path)
    {
        var normal = Normalize(path);
        AppendEscaped(ref text, normal, keepsSlash: true);
    }

    /// <summary>The parameters sorted by name, then value, each escaped afresh.</summary>
    public static void AppendQuery(ref SigV4Text text, string query)
    {
        if (query.Length == 0)
            return;
        var parameters = new List<(string Name, string Value)>();
        foreach (var range in query.AsSpan().Split('&'))
        {
            var parameter = query.AsSpan()[range];
            if (parameter.IsEmpty)
                continue;
            var equals = parameter.IndexOf('=');
            parameters.Add((Escape(equals < 0 ? parameter : parameter[..equals]), Escape(equals < 0 ? [] : parameter[(equals + 1)..])));
        }
        parameters.Sort(static (left, right) =>
            string.CompareOrdinal(left.Name, right.Name) is var byName and not 0 ? byName : string.CompareOrdinal(left.Value, right.Value));
        for (var i = 0; i < parameters.Count; i++)
        {
            if (i > 0)
                text.Append('&');
            text.Append(parameters[i].Name);
            text.Append('=');
            text.Append(parameters[i].Value);
        }
    }

    private static string Normalize(string path)
    {
        // Without anything to mend, which is always so here: paths of providers are written by the gateway.
        if (path.Length > 0 && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
            return path;
        var segments = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == "..")
            {
                if (segments.Count > 0)
                    segments.RemoveAt(segments.Count - 1);
            }
            else if (segment.Length > 0 && segment != ".")
            {
                segments.Add(segment);
            }
        }
        var isFolder = path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal);
        return segments.Count == 0 ? "/" : $"/{string.Join('/', segments)}{(isFolder ? "/" : "")}";
    }

    private static string Escape(ReadOnlySpan<char> encoded)
    {
        var text = new SigV4Text(64);
        AppendEscaped(ref text, Uri.UnescapeDataString(encoded.ToString()), keepsSlash: false);
        var escaped = Encoding.UTF8.GetString(text.Written);
        text.Release();
        return escaped;
    }

    private static void AppendEscaped(ref SigV4Text text, string plain, bool keepsSlash)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in plain.EnumerateRunes())
        {
            var count = rune.EncodeToUtf8(bytes);
            foreach (var value in bytes[..count])
                text.AppendEscaped(value, keepsSlash);
        }
    }
}

using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AiGateway.Configuration.Yaml;

/// <summary>Turns YAML parsing events into nodes with places.</summary>
/// <remarks>
/// Only the part of YAML that a routing file needs: one document, no anchors, aliases, tags or merge keys. That also
/// makes the "billion laughs" (aliases that expand exponentially) impossible.
/// </remarks>
internal sealed class YamlTreeReader
{
    // Our deepest value is at level 8; 32 leaves room without letting a hostile file exhaust the stack.
    private const int MaxDepth = 32;

    private readonly Findings _findings;
    private readonly Parser _parser;

    private YamlTreeReader(string text, Findings findings)
    {
        _findings = findings;
        _parser = new Parser(new Scanner(new StringReader(text)));
    }

    /// <summary>The root node of <paramref name="text"/>; null when the text is empty or not YAML, with the error in <paramref name="findings"/>.</summary>
    public static YamlNode? Read(string text, Findings findings)
    {
        try
        {
            return new YamlTreeReader(text, findings).ReadStream();
        }
        catch (YamlException exception)
        {
            findings.Error(TabIn(text, exception) ?? PlaceOf(exception.Start), SyntaxMessage(text, exception));
            return null;
        }
        // The parser's own faults on broken input (it indexes past ends here and there) are a syntax error to the operator too.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            findings.Error(Place.WholeFile, $"The file cannot be read as YAML ({exception.Message.TrimEnd('.')}).");
            return null;
        }
    }

    private YamlNode? ReadStream()
    {
        _parser.MoveNext();
        _parser.MoveNext();
        if (_parser.Current is StreamEnd or null)
        {
            _findings.Error(Place.WholeFile, "The file is empty. Start from config/gateway.yaml, or define at least providers, deployments and aliases.");
            return null;
        }
        _parser.MoveNext();
        var root = ReadNode(0);
        _parser.MoveNext();
        if (_parser.Current is DocumentStart second)
        {
            _findings.Error(PlaceOf(second.Start), "The file holds several YAML documents. Put everything into one and remove the line '---'.");
        }
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        var current = _parser.Current ?? throw new YamlException(Mark.Empty, Mark.Empty, "the text ends too early");
        var place = PlaceOf(current.Start);
        if (depth > MaxDepth)
        {
            throw new YamlException(current.Start, current.End, $"values are nested deeper than {MaxDepth} levels");
        }
        if (current is NodeEvent node)
        {
            RefuseAnchorsAndTags(node, place);
        }
        switch (current)
        {
            case Scalar scalar:
                _parser.MoveNext();
                var isPlain = scalar.Style == ScalarStyle.Plain;
                return new YamlScalar(place with { Raw = scalar.Value }, scalar.Value, isPlain, isPlain && scalar.Value is ("" or "~" or "null"));
            case SequenceStart:
                return ReadSequence(place, depth);
            case MappingStart:
                return ReadMapping(place, depth);
            case AnchorAlias alias:
                _findings.Error(place, $"YAML aliases (*{alias.Value}) are not supported. Write the value out.");
                _parser.MoveNext();
                return new YamlScalar(place, "", IsPlain: true, IsNull: true);
            default:
                throw new YamlException(current.Start, current.End, "a value was expected");
        }
    }

    private YamlSequence ReadSequence(Place place, int depth)
    {
        var items = new List<YamlNode>();
        _parser.MoveNext();
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }
        _parser.MoveNext();
        return new YamlSequence(place, items);
    }

    private YamlMapping ReadMapping(Place place, int depth)
    {
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        _parser.MoveNext();
        while (_parser.Current is not MappingEnd)
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not YamlScalar { Text: { Length: > 0 } name })
            {
                _findings.Error(key.Place, "A key must be a word, not a list or mapping.");
            }
            else if (name == "<<")
            {
                _findings.Error(key.Place, "YAML merge keys (<<) are not supported. Write the values out.");
            }
            else if (seen.TryGetValue(name, out var firstLine))
            {
                _findings.Error(key.Place, $"The key '{name}' stands here a second time (first on line {firstLine}). Remove one of the two.");
            }
            else
            {
                seen.Add(name, key.Place.Line);
                entries.Add(new YamlEntry(name, key.Place, value));
            }
        }
        _parser.MoveNext();
        return new YamlMapping(place, entries);
    }

    private void RefuseAnchorsAndTags(NodeEvent node, Place place)
    {
        if (!node.Anchor.IsEmpty)
        {
            _findings.Error(place, $"YAML anchors (&{node.Anchor.Value}) are not supported. Write the value out where it is needed.");
        }
        if (!node.Tag.IsEmpty)
        {
            _findings.Error(place, $"YAML tags ({node.Tag.Value}) are not supported. Remove the tag.");
        }
    }

    private static string SyntaxMessage(string text, YamlException exception)
    {
        if (TabIn(text, exception) is not null)
        {
            return "YAML does not allow tabs for indentation. Use blanks.";
        }
        var reason = exception.Message;
        // Some messages of the parser begin with the place, which stands before ours already.
        var colon = reason.StartsWith('(') ? reason.IndexOf("): ", StringComparison.Ordinal) : -1;
        return $"Not valid YAML: {(colon < 0 ? reason : reason[(colon + 3)..]).TrimEnd('.')}. Check indentation, colons and quotes here and on the line above.";
    }

    /// <summary>The first tab in the indentation of the lines that the parser stumbled over; null when there is none.</summary>
    private static Place? TabIn(string text, YamlException exception)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (number > exception.End.Line + 1)
            {
                break;
            }
            var tab = line[..^line.TrimStart().Length].IndexOf('\t');
            if (number >= exception.Start.Line && tab >= 0)
            {
                return new Place(number, tab + 1);
            }
        }
        return null;
    }

    private static Place PlaceOf(Mark mark) =>
        new(int.CreateSaturating(mark.Line), int.CreateSaturating(mark.Column));
}

using System.Globalization;

namespace AiGateway.CacheQuality.Questions;

/// <summary>Reads files of labelled pairs and of streams.</summary>
internal static class WorkloadReader
{
    private static readonly string[] PairsHeader = ["text_a", "text_b", "label"];
    private static readonly string[] StreamHeader = ["seq", "group_id", "text"];

    /// <summary>Reads labelled pairs.</summary>
    /// <remarks>
    /// A question may be nearest to the text of another row than its own. Such a hit is right where the labels say so: by a row of
    /// its own, or because rows with label 1 link the two texts. All else counts as wrong, so that the wrong share is an upper bound.
    /// </remarks>
    /// <exception cref="InvalidInputException">The file is missing, or a line is not as it should be.</exception>
    internal static Workload ReadPairs(string path)
    {
        var texts = new List<string>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var (cached, asked) = (new List<int>(), new List<int>());
        var rows = new List<(int A, int B, bool Same)>();
        foreach (var (line, fields) in ReadLines(path, PairsHeader))
        {
            var (a, b) = (NumberOf(fields[0]), NumberOf(fields[1]));
            rows.Add((a, b, fields[2].Trim() switch
            {
                "1" => true,
                "0" => false,
                _ => throw new InvalidInputException($"{path}, line {line}: the label is '{fields[2]}'; 0 or 1 is expected."),
            }));
            cached.Add(a);
            asked.Add(b);
        }

        var parent = Enumerable.Range(0, texts.Count).ToArray();
        foreach (var (a, b, _) in rows.Where(r => r.Same))
            parent[Root(a)] = Root(b);
        var different = new HashSet<(int, int)>();
        foreach (var (a, b, _) in rows.Where(r => !r.Same && r.A != r.B))
            different.UnionWith([(a, b), (b, a)]);
        return new Workload([.. texts], [.. cached.Distinct()], [.. asked], grows: false, [.. Enumerable.Range(0, texts.Count).Select(Root)], different);

        int NumberOf(string text)
        {
            if (numbers.TryGetValue(text, out var number))
                return number;
            numbers.Add(text, number = texts.Count);
            texts.Add(text);
            return number;
        }

        int Root(int number)
        {
            while (parent[number] != number)
                number = parent[number] = parent[parent[number]];
            return number;
        }
    }

    /// <summary>Reads a stream of questions.</summary>
    /// <exception cref="InvalidInputException">The file is missing, or a line is not as it should be.</exception>
    internal static Workload ReadStream(string path)
    {
        var texts = new List<string>();
        var groups = new List<int>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        long? before = null;
        foreach (var (line, fields) in ReadLines(path, StreamHeader))
        {
            if (!long.TryParse(fields[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sequence) || sequence <= before)
                throw new InvalidInputException($"{path}, line {line}: seq is '{fields[0]}'; a whole number above {before} is expected.");
            before = sequence;
            if (!numbers.TryGetValue(fields[1], out var group))
                numbers.Add(fields[1], group = numbers.Count);
            texts.Add(fields[2]);
            groups.Add(group);
        }
        return new Workload([.. texts], [], [.. Enumerable.Range(0, texts.Count)], grows: true, [.. groups], []);
    }

    private static IEnumerable<(int Line, string[] Fields)> ReadLines(string path, string[] header)
    {
        if (!File.Exists(path))
            throw new InvalidInputException($"{path}: there is no such file.");

        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var fields = line.TrimEnd('\r').Split('\t');
            if (number == 1)
            {
                if (!fields.SequenceEqual(header))
                    throw new InvalidInputException($"{path}, line 1: the header is '{string.Join(' ', fields)}'; '{string.Join(' ', header)}', separated by tabs, is expected.");
                continue;
            }
            if (fields.Length != header.Length)
                throw new InvalidInputException($"{path}, line {number}: {fields.Length} fields; {header.Length}, separated by tabs, are expected ({string.Join(", ", header)}).");
            yield return (number, fields);
        }
        if (number < 2)
            throw new InvalidInputException($"{path}, line {number + 1}: there are no questions; a header and at least one line are expected.");
    }
}

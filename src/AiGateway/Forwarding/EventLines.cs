namespace AiGateway.Forwarding;

/// <summary>Leaves <c>id:</c> and <c>retry:</c> lines out of events: OpenAI's clients would take the blank line after them for an event without data.</summary>
internal static class EventLines
{
    /// <summary>Removes the lines from what stands behind the first <paramref name="from"/> bytes of <paramref name="output"/>; of an event that had no others nothing is left.</summary>
    public static void DropIdAndRetry(ref OutputBuffer output, int from)
    {
        // Rare, and a line long: worth an array, not a second way through the edits.
        var rest = output.Ready[from..].ToArray().AsSpan();
        output.Truncate(from);
        var isEmpty = true;
        while (!rest.IsEmpty)
        {
            var line = rest[..LineLength(rest)];
            rest = rest[line.Length..];
            if (IsField(line, "id"u8) || IsField(line, "retry"u8))
            {
                continue;
            }
            isEmpty &= line[0] is (byte)'\r' or (byte)'\n';
            output.Append(line);
        }
        if (isEmpty)
        {
            output.Truncate(from);
        }
    }

    private static int LineLength(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0)
        {
            return rest.Length;
        }
        return rest[end] == (byte)'\r' && end + 1 < rest.Length && rest[end + 1] == (byte)'\n' ? end + 2 : end + 1;
    }

    private static bool IsField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.StartsWith(name) && (line.Length == name.Length || line[name.Length] is (byte)':' or (byte)'\r' or (byte)'\n');
}

using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Makes the edits of the closed list on an event that the inspector has just seen.</summary>
internal sealed class EventEditor(StreamInspector inspector, bool hidesUsage, IdRewriter? ids)
{
    /// <summary>Adds an event to the output, with the edits of the closed list.</summary>
    public void Append(ref OutputBuffer output, ReadOnlySpan<byte> bytes)
    {
        var before = output.Length;
        var position = 0;
        if (hidesUsage && inspector.UsageMember is { Exists: true } usage)
        {
            output.Append(bytes[..usage.Start]);
            position = usage.End;
        }
        foreach (var edit in inspector.Edits)
        {
            Replace(ref output, bytes, ref position, edit.Range, edit.Replacement.Span);
        }
        if (ids is not null)
        {
            var (first, second) = (inspector.ResponseIdValue, inspector.PreviousResponseIdValue);
            if (second.Exists && first.Exists && second.Start < first.Start)
            {
                (first, second) = (second, first);
            }
            ReplaceId(ref output, bytes, ref position, first);
            ReplaceId(ref output, bytes, ref position, second);
        }
        output.Append(bytes[position..]);
        if (inspector.HasIdOrRetry)
        {
            EventLines.DropIdAndRetry(ref output, before);
        }
    }

    private void ReplaceId(ref OutputBuffer output, ReadOnlySpan<byte> bytes, ref int position, ByteRange range)
    {
        if (range.Exists && ids!.Seal(range.Of(bytes)) is { } replacement)
        {
            Replace(ref output, bytes, ref position, range, replacement.Span);
        }
    }

    private static void Replace(ref OutputBuffer output, ReadOnlySpan<byte> bytes, ref int position, ByteRange range, ReadOnlySpan<byte> replacement)
    {
        output.Append(bytes[position..range.Start]);
        output.Append(replacement);
        position = range.End;
    }
}

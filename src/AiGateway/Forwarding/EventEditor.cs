using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Makes the edits of the closed list on an event that the inspector has just seen.</summary>
internal sealed class EventEditor(StreamInspector inspector, bool hidesUsage, IdRewriter? ids)
{
    /// <summary>Adds an event to the output, with the edits of the closed list.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="bytes">The event.</param>
    /// <param name="cost">USD, to be told in the event's <c>usage</c>; null for nothing.</param>
    public void Append(ref OutputBuffer output, ReadOnlySpan<byte> bytes, decimal? cost = null)
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
        // Behind the other edits, unless a provider names its members twice and in another order.
        if (cost is { } amount && inspector.UsageClose is { Exists: true } close && close.Start >= position)
        {
            output.Append(bytes[position..close.Start]);
            position = close.Start;
            AppendCost(ref output, amount);
        }
        output.Append(bytes[position..]);
        if (inspector.HasIdOrRetry)
        {
            EventLines.DropIdAndRetry(ref output, before);
        }
    }

    /// <summary>A number, as where providers tell the cost themselves; with every digit, for those who read it as a decimal.</summary>
    private static void AppendCost(ref OutputBuffer output, decimal amount)
    {
        output.Append(",\"cost\":"u8);
        Span<byte> digits = stackalloc byte[UsdText.MaxLength];
        output.Append(digits[..UsdText.Write(amount, digits)]);
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

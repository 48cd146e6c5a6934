using System.Text.Unicode;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>Makes the fingerprints of requests, in one pass over their bytes.</summary>
/// <remarks>
/// The body becomes a <see cref="CanonicalForm"/>, and that a SHA-256: nobody finds two bodies with the same one, and all nodes and versions
/// of the same form find the same one. Where the last user turn is a text, the form has a mark in its place and makes the partition; the key is
/// then the hash of partition and text, so that no byte is hashed twice.
/// <para>Same: other order of members, white space, escapes (<c>"\u0041"</c>, <c>"A"</c>), forms of a number (<c>1</c>, <c>1.0</c>, <c>10e-1</c>: clients in
/// different languages write the temperature 0 differently), and whatever <see cref="OmittedMembers"/> stand at the top. Different: all else, unknown members and
/// null for absent included. A name that is given twice counts twice, in its order: which of the two a provider takes is not known.</para>
/// </remarks>
public static class RequestFingerprinter
{
    private const byte WholeRequest = 1;
    private const byte TextInPartition = 2;

    /// <summary>Makes a fingerprint; allocates nothing once its thread's buffers have grown, up to some 200 KB of structure (long texts do not count).</summary>
    /// <param name="context">What it covers beside the body.</param>
    /// <param name="body">A JSON object in UTF-8, as the request reader accepted it.</param>
    /// <param name="fingerprint">The fingerprint.</param>
    /// <returns>False when there is none, so that the request cannot be cached: it is no JSON object, deeper than 64 levels, or so nested and disordered that putting it into order takes too long.</returns>
    public static bool TryCompute(in FingerprintContext context, ReadOnlySpan<byte> body, out RequestFingerprint fingerprint)
    {
        fingerprint = default;
        if (!Utf8.IsValid(body))
            return false;

        var form = CanonicalForm.Rent();
        try
        {
            WriteContext(form, WholeRequest, in context);
            if (!form.TryWriteRequest(context.Operation, body, out var turn))
                return false;
            var whole = form.Hash();
            if (turn.State != TurnTextState.Found)
            {
                fingerprint = new RequestFingerprint(whole, null, turn);
                return true;
            }
            form.Clear();
            form.WriteByte(TextInPartition);
            form.WriteDigest(whole);
            var text = turn.Range.Of(body)[1..^1];
            form.WriteString(text, isEscaped: text.Contains((byte)'\\'));
            fingerprint = new RequestFingerprint(form.Hash(), whole, turn);
            return true;
        }
        finally
        {
            form.Return();
        }
    }

    /// <summary>The beginning of every form; <paramref name="kind"/> tells apart forms that hold different things.</summary>
    internal static void WriteContext(CanonicalForm form, byte kind, in FingerprintContext context)
    {
        form.WriteByte(kind);
        form.WriteInt32((int)context.Operation);
        form.WriteInt32(context.Form);
        form.WriteString(context.Alias);
        form.WriteString(context.Tenant);
        form.WriteString(context.Space);
        form.WriteString(context.Variant);
    }
}

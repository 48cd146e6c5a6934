using System.Net;
using AiGateway.Pipeline;
using AiGateway.Providers.Credentials;

namespace AiGateway.Forwarding;

/// <summary>Sends a request body with its edits applied on the way; the body itself stays as it is, for the next attempt.</summary>
internal sealed class EditedBodyContent : HttpContent
{
    private readonly RequestBody _body;
    private readonly ReadOnlyMemory<BodyEdit> _edits;
    private readonly long _length;

    /// <summary>Content of <paramref name="body"/> with <paramref name="edits"/>, which are in order and do not overlap.</summary>
    public EditedBodyContent(RequestBody body, ReadOnlyMemory<BodyEdit> edits, string? contentType)
    {
        _body = body;
        _edits = edits;
        _length = body.Length;
        foreach (var edit in edits.Span)
        {
            _length += edit.Replacement.Length - edit.Length;
        }
        if (contentType is not null)
        {
            Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
    }

    /// <summary>Whether the body is on its way in full; until then it must stay where it is.</summary>
    public bool IsSent { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var position = 0L;
        for (var i = 0; i < _edits.Length; i++)
        {
            var edit = _edits.Span[i];
            if (edit.Start > position)
            {
                await _body.WriteAsync(stream, position, edit.Start - position, cancellationToken);
            }
            if (!edit.Replacement.IsEmpty)
            {
                await stream.WriteAsync(edit.Replacement, cancellationToken);
            }
            position = edit.Start + edit.Length;
        }
        if (position < _body.Length)
        {
            await _body.WriteAsync(stream, position, _body.Length - position, cancellationToken);
        }
        // Hashed for a signature, it is still to be sent.
        IsSent = stream is not PayloadHashStream;
    }
}

using System.Buffers;
using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes what has no stream in Responses: a picture as the image tool's item, of sound the transcript.</summary>
internal sealed class MediaEncoder(EventWriter events, MediaPart media, OutputIds ids, bool isOwn) : ItemEncoder
{
    private readonly StringBuilder _base64 = new(media.Base64);
    private readonly StringBuilder _transcript = new(media.Transcript);
    private string? _mediaType = media.MediaType;

    public override void Delta(in ChatEvent step, IBufferWriter<byte> output)
    {
        _base64.Append(step.Text);
        if (step.Data is not MediaPart more)
            return;
        _transcript.Append(more.Transcript);
        _mediaType ??= more.MediaType;
        if (_base64.Length == 0)
            _base64.Append(more.Base64);
    }

    public override void End(IBufferWriter<byte> output)
    {
        if (media.Kind == MediaKind.Image && _base64.Length > 0)
        {
            var own = isOwn ? media.Item : null;
            var id = own?.Id ?? ids.Item("ig_", events.OutputIndex);
            var image = new MediaPart(MediaKind.Image) { Base64 = _base64.ToString(), MediaType = _mediaType, Item = own };
            events.Add(output, json =>
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "image_generation_call"u8);
                json.WriteString("id"u8, id);
                json.WriteString("status"u8, "in_progress"u8);
                json.WriteNull("result"u8);
                json.WriteEndObject();
            });
            events.Finish(output, json => ItemWriter.WriteImage(json, image, own is null ? id : null));
        }
        else if (_transcript.Length > 0)
        {
            var message = new MessageEncoder(events, null, ids, isOwn: false);
            var text = new TextEncoder(events, message, isRefusal: false, output);
            text.Delta(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = _transcript.ToString() }, output);
            text.End(output);
            message.End("completed", output);
        }
    }
}

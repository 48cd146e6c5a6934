using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>Forms made after OpenAI's <c>/images/generations</c>, that differ in a few members.</summary>
public abstract class OpenAIShapedImages : ImagesForm
{
    private protected override void ReadAnswer(JsonElement root, ReadOnlyMemory<byte> body, ImagesAnswer answer)
    {
        answer.Model = JsonBody.TextOf(root, "model"u8);
        foreach (var item in JsonBody.Items(JsonBody.Member(root, "data"u8)))
        {
            var data = JsonBody.Member(item, "b64_json"u8);
            var url = JsonBody.TextOf(item, "url"u8);
            if (data.ValueKind == JsonValueKind.Undefined && url is null)
                continue;
            var base64 = data.ValueKind == JsonValueKind.Undefined ? default : Base64Text.Of(data, body, "data.b64_json");
            answer.Images.Add(new GeneratedImage
            {
                Base64 = base64,
                Url = base64.IsEmpty ? url : null,
                MediaType = base64.IsEmpty ? null : MediaTypes.PictureOf(Base64Text.HeadOf(base64.Span)),
                RevisedPrompt = JsonBody.TextOf(item, "revised_prompt"u8) is { Length: > 0 } prompt ? prompt : null,
            });
        }
    }

    /// <summary>Begins the body: model and prompt.</summary>
    private protected static void WriteStart(Utf8JsonWriter json, ImagesRequest request, Translation translation)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, translation.Model);
        json.WriteString("prompt"u8, request.Prompt);
    }

    /// <summary>Ends the body with the members that OpenAI does not know: they may be the provider's own.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="request">The request.</param>
    /// <param name="translation">Takes what is left out.</param>
    /// <param name="said">Names of members that stand in the body already, in OpenAI's words.</param>
    private protected static void WriteEnd(Utf8JsonWriter json, ImagesRequest request, Translation translation, params ReadOnlySpan<string> said)
    {
        foreach (var (name, value) in request.Others?.All ?? [])
        {
            if (name is "style" or "moderation" or "input_fidelity" || said.Contains(name))
            {
                translation.Drop(name, said.Contains(name) ? "it is said by another member" : "the provider has no member for it");
                continue;
            }
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
        json.WriteEndObject();
    }
}

using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Writes <c>tools</c> and <c>toolConfig</c>.</summary>
internal sealed class GeminiToolsWriter(ChatRequest request, Translation translation, Utf8JsonWriter writer, GeminiModel model)
{
    private readonly bool _isOwn = request.Source == Dialect.Gemini;
    private bool _searchBesideFunctions;

    public void Write()
    {
        var functions = request.Tools.FindAll(static tool => tool.Native.IsAbsent);
        var natives = Natives(functions.Count > 0);
        if (functions.Count + natives.Count > 0)
        {
            writer.WriteStartArray("tools");
            if (functions.Count > 0)
            {
                writer.WriteStartObject();
                writer.WriteStartArray("functionDeclarations");
                for (var i = 0; i < request.Tools.Count; i++)
                {
                    if (request.Tools[i].Native.IsAbsent)
                        WriteFunction(request.Tools[i], string.Create(CultureInfo.InvariantCulture, $"tools[{i}]"));
                }
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            foreach (var native in natives)
            {
                if (!native.IsAbsent)
                {
                    native.WriteTo(writer);
                    continue;
                }
                writer.WriteStartObject();
                writer.WriteStartObject("googleSearch");
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        WriteConfig(functions.Count > 0);
    }

    /// <summary>Tools that are no functions; the default value stands for a plain web search.</summary>
    private List<JsonValue> Natives(bool hasFunctions)
    {
        var natives = new List<JsonValue>();
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (tool.Native.IsAbsent)
                continue;
            if (_isOwn)
            {
                natives.Add(tool.Native);
                continue;
            }
            var path = string.Create(CultureInfo.InvariantCulture, $"tools[{i}]");
            if (!tool.IsWebSearch)
            {
                translation.Drop(path, $"'{tool.Name}' is run by another provider");
            }
            else if (hasFunctions && !model.IsThirdGeneration)
            {
                translation.Drop(path, "Gemini before version 3 takes no web search beside functions");
            }
            else
            {
                if (HasOptions(tool.Native))
                    translation.Approximate(path, "the options of the web search are left out");
                _searchBesideFunctions = hasFunctions;
                natives.Add(default);
            }
        }
        return natives;
    }

    private static bool HasOptions(JsonValue native)
    {
        using var document = native.Open();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("type" or "name") && member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
                return true;
        }
        return false;
    }

    private void WriteFunction(ChatTool tool, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tool.Name);
        if (tool.Description is not null)
            writer.WriteString("description", tool.Description);
        if (_isOwn)
        {
            WriteValue("parameters", tool.NativeParameters);
            if (tool.NativeParameters.IsAbsent)
                WriteValue("parametersJsonSchema", tool.Parameters);
            GeminiJson.WriteMembers(writer, tool.Extensions, "");
        }
        else
        {
            if (!tool.Parameters.IsAbsent && !TakesNothing(tool.Parameters))
            {
                var schema = GeminiSchemaWriter.Convert(tool.Parameters, path + ".parameters", mayRefuse: model.Thinks, translation);
                WriteValue(schema.IsAbsent ? "parametersJsonSchema" : "parameters", schema.IsAbsent ? tool.Parameters : schema);
            }
            translation.DropAll(tool.Extensions, path);
        }
        writer.WriteEndObject();
    }

    /// <summary>An object without properties: Google refuses such a schema, and takes none for none.</summary>
    private static bool TakesNothing(JsonValue schema)
    {
        using var document = schema.Open();
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return true;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "properties" when member.Value.ValueKind == JsonValueKind.Object && member.Value.GetPropertyCount() > 0:
                case "$ref" or "anyOf" or "oneOf" or "allOf" or "additionalProperties" when member.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null):
                    return false;
                default:
                    break;
            }
        }
        return true;
    }

    private void WriteValue(string name, JsonValue value)
    {
        if (value.IsAbsent)
            return;
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }

    private void WriteConfig(bool hasFunctions)
    {
        var choice = request.ToolChoice;
        if (!_isOwn && !hasFunctions)
        {
            // A choice among no functions is refused.
            if (choice is { Mode: ChatToolMode.Required or ChatToolMode.Named })
                translation.Drop("tool_choice", "there is no function to call");
            choice = null;
        }
        var extensions = _isOwn ? request.Extensions : null;
        if (choice is null && !_searchBesideFunctions && !GeminiJson.HasMembers(extensions, "toolConfig."))
            return;
        writer.WriteStartObject("toolConfig");
        if (choice is not null || GeminiJson.HasMembers(extensions, "toolConfig.functionCallingConfig."))
        {
            writer.WriteStartObject("functionCallingConfig");
            if (choice is not null)
                WriteChoice(choice, extensions);
            GeminiJson.WriteMembers(writer, extensions, "toolConfig.functionCallingConfig.");
            writer.WriteEndObject();
        }
        if (_searchBesideFunctions)
            writer.WriteBoolean("includeServerSideToolInvocations", true);
        GeminiJson.WriteMembers(writer, extensions, "toolConfig.");
        writer.WriteEndObject();
    }

    private void WriteChoice(ChatToolChoice choice, JsonMembers? extensions)
    {
        var allowed = choice.Mode == ChatToolMode.Named ? [choice.Name ?? ""] : choice.Allowed;
        if (!(extensions?.Find("toolConfig.functionCallingConfig.mode") ?? default).IsAbsent)
        {
            WriteAllowed(allowed);
            return;
        }
        writer.WriteString("mode", choice.Mode switch
        {
            ChatToolMode.None => "NONE",
            ChatToolMode.Required or ChatToolMode.Named => "ANY",

            // AUTO takes no names; VALIDATED is AUTO that does (https://ai.google.dev/api/caching#Mode_1).
            _ => allowed is { Count: > 0 } && !_isOwn ? "VALIDATED" : "AUTO",
        });
        if (choice.Mode != ChatToolMode.None || _isOwn)
            WriteAllowed(allowed);
    }

    private void WriteAllowed(IReadOnlyList<string>? allowed)
    {
        if (allowed is null)
            return;
        writer.WriteStartArray("allowedFunctionNames");
        foreach (var name in allowed)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}

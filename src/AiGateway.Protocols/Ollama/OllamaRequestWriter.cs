using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>Writes a request. Made for one.</summary>
internal sealed class OllamaRequestWriter(ChatRequest request, Translation translation, IBufferWriter<byte> output)
{
    private const string OptionPrefix = "options.";

    private readonly bool _isOwn = request.Source == Dialect.Ollama;
    private readonly string _model = translation.Model.Length > 0 ? translation.Model : request.Model;

    public void Write()
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("model"u8, _model);
        writer.WriteStartArray("messages"u8);
        new OllamaMessageWriter(request, translation, writer).WriteAll();
        writer.WriteEndArray();
        writer.WriteBoolean("stream"u8, request.Stream);
        WriteTools(writer);
        WriteFormat(writer);
        WriteThink(writer);
        if (request.Logprobs is { } logprobs)
            writer.WriteBoolean("logprobs"u8, logprobs);
        if (request.TopLogprobs is { } top)
            writer.WriteNumber("top_logprobs"u8, top);
        WriteOptions(writer);
        if (_isOwn)
            WriteExtensions(writer, areOptions: false);
        else
            PlainChat.DropRest(request, translation, "Ollama");
        writer.WriteEndObject();
    }

    private void WriteTools(Utf8JsonWriter writer)
    {
        var offered = new List<ChatTool>(request.Tools.Count);
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (!tool.Native.IsAbsent && !_isOwn)
                translation.Drop($"tools[{i}]", "a tool that another provider runs");
            else if (IsWanted(tool))
                offered.Add(tool);
        }
        var mode = request.ToolChoice?.Mode ?? ChatToolMode.Auto;
        if (mode != ChatToolMode.Auto || request.ToolChoice?.Allowed is not null)
            translation.Approximate("tool_choice", mode == ChatToolMode.Required ? "calls cannot be forced" : "only these tools are offered");
        if (request.ParallelToolCalls == false)
            translation.Drop("parallel_tool_calls", "cannot be forbidden");
        if (offered.Count == 0)
            return;
        writer.WriteStartArray("tools"u8);
        foreach (var tool in offered)
            WriteTool(writer, tool);
        writer.WriteEndArray();
    }

    private bool IsWanted(ChatTool tool) => request.ToolChoice switch
    {
        { Mode: ChatToolMode.None } => false,
        { Mode: ChatToolMode.Named, Name: { } name } => string.Equals(name, tool.Name, StringComparison.Ordinal),
        { Allowed: { } allowed } => allowed.Contains(tool.Name),
        _ => true,
    };

    private void WriteTool(Utf8JsonWriter writer, ChatTool tool)
    {
        var path = $"tools[{request.Tools.IndexOf(tool)}]";
        if (!tool.Native.IsAbsent)
        {
            tool.Native.WriteTo(writer);
            return;
        }
        FunctionJson.WriteTool(writer, tool, _isOwn);
        if (tool.Strict == true)
            translation.Drop(path + ".strict", "schemas of tools are not enforced");
        if (tool.CacheMark is not null)
            translation.Drop(path + ".cache_control", "the server caches by itself");
        if (!_isOwn)
            translation.DropAll(tool.Extensions, path);
    }

    private void WriteFormat(Utf8JsonWriter writer)
    {
        if (request.Format is { Kind: ChatFormatKind.JsonSchema, Schema.IsAbsent: false } format)
        {
            writer.WritePropertyName("format"u8);
            format.Schema.WriteTo(writer);
        }
        else if (request.Format is { Kind: not ChatFormatKind.Text })
        {
            writer.WriteString("format"u8, "json"u8);
        }
    }

    private void WriteThink(Utf8JsonWriter writer)
    {
        if (request.Reasoning is not { } reasoning || reasoning is { Enabled: null, Effort: null, BudgetTokens: null })
            return;
        if (_isOwn && reasoning.Effort is { } own)
        {
            writer.WriteString("think"u8, own);
            return;
        }
        var isOff = reasoning.Enabled == false || reasoning.Effort == "none" || reasoning.BudgetTokens == 0;
        if (isOff || !_model.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase))
        {
            writer.WriteBoolean("think"u8, !isOff);
            if (!isOff && reasoning.Effort is not null)
                translation.Approximate("reasoning_effort", "thinking is on or off");
        }
        else
        {
            var level = reasoning.Effort switch
            {
                "minimal" or "low" => "low",
                "high" or "xhigh" or "max" => "high",
                _ => "medium",
            };
            writer.WriteString("think"u8, level);
            if (reasoning.Effort is not null && level != reasoning.Effort)
                translation.Approximate("reasoning_effort", "low, medium or high");
        }
        if (!isOff && reasoning.BudgetTokens is > 0)
            translation.Approximate("thinking.budget_tokens", "thinking without a bound");
    }

    private void WriteOptions(Utf8JsonWriter writer)
    {
        var hasOwn = _isOwn && HasOwnOptions();
        var any = hasOwn || request.Stop.Count > 0 || request.Temperature is not null || request.TopP is not null || request.TopK is not null || request.Seed is not null
            || request.MaxOutputTokens is not null || request.FrequencyPenalty is not null || request.PresencePenalty is not null;
        if (!any)
            return;
        writer.WriteStartObject("options"u8);
        if (request.MaxOutputTokens is { } most)
            writer.WriteNumber("num_predict"u8, most);
        if (request.Temperature is { } temperature)
            writer.WriteNumber("temperature"u8, temperature);
        if (request.TopP is { } p)
            writer.WriteNumber("top_p"u8, p);
        if (request.TopK is { } k)
            writer.WriteNumber("top_k"u8, k);
        if (request.FrequencyPenalty is { } frequency)
            writer.WriteNumber("frequency_penalty"u8, frequency);
        if (request.PresencePenalty is { } presence)
            writer.WriteNumber("presence_penalty"u8, presence);
        if (request.Seed is { } seed)
            writer.WriteNumber("seed"u8, seed);
        if (request.Stop.Count > 0)
        {
            writer.WriteStartArray("stop"u8);
            foreach (var stop in request.Stop)
                writer.WriteStringValue(stop);
            writer.WriteEndArray();
        }
        if (hasOwn)
            WriteExtensions(writer, areOptions: true);
        writer.WriteEndObject();
    }

    private bool HasOwnOptions()
    {
        foreach (var (name, _) in request.Extensions?.All ?? [])
        {
            if (name.StartsWith(OptionPrefix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private void WriteExtensions(Utf8JsonWriter writer, bool areOptions)
    {
        foreach (var (name, value) in request.Extensions?.All ?? [])
        {
            if (name.StartsWith(OptionPrefix, StringComparison.Ordinal) != areOptions)
                continue;
            writer.WritePropertyName(areOptions ? name[OptionPrefix.Length..] : name);
            value.WriteTo(writer);
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Writes a request. Made for one.</summary>
internal sealed class CohereRequestWriter(ChatRequest request, Translation translation, IBufferWriter<byte> output)
{
    private const int MostStops = 5;
    private const int HighestK = 500;

    private readonly bool _isOwn = request.Source == Dialect.Cohere;

    public void Write()
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("model"u8, translation.Model.Length > 0 ? translation.Model : request.Model);
        var messages = new CohereMessageWriter(request, translation, writer);
        var tools = OfferedTools();
        var format = request.Format is { Kind: not ChatFormatKind.Text } wanted ? wanted : null;
        var isInstructed = format is not null && tools.Count > 0 && !_isOwn;
        writer.WriteStartArray("messages"u8);
        messages.WriteAll(isInstructed ? Instruction(format!) : null);
        writer.WriteEndArray();
        messages.WriteDocuments();
        writer.WriteBoolean("stream"u8, request.Stream);
        WriteTools(writer, tools);
        WriteSampling(writer);
        if (isInstructed)
            translation.Approximate("response_format", "not taken together with tools: an instruction says it");
        else
            WriteFormat(writer, request.Format);
        WriteThinking(writer);
        if (_isOwn)
            request.Extensions?.WriteTo(writer);
        else
            DropRest();
        writer.WriteEndObject();
    }

    private static string Instruction(ChatFormat format) => format.Kind == ChatFormatKind.JsonSchema
        ? "When no tool is to be called, answer with one JSON value and nothing else. It must obey this JSON schema: " + format.Schema
        : "When no tool is to be called, answer with one JSON object and nothing else.";

    /// <summary>The functions on offer; of a named choice and of a list of allowed tools only those, for there is no other way to say it.</summary>
    private List<ChatTool> OfferedTools()
    {
        var offered = new List<ChatTool>(request.Tools.Count);
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (!tool.Native.IsAbsent && !_isOwn)
            {
                translation.Drop($"tools[{i}]", "a tool that another provider runs");
                continue;
            }
            var isWanted = request.ToolChoice switch
            {
                { Mode: ChatToolMode.Named, Name: { } name } => string.Equals(name, tool.Name, StringComparison.Ordinal),
                { Allowed: { } allowed } => allowed.Contains(tool.Name),
                _ => true,
            };
            if (isWanted)
                offered.Add(tool);
        }
        if (offered.Count < request.Tools.Count && request.ToolChoice is { Mode: ChatToolMode.Named } or { Allowed: not null })
            translation.Approximate("tool_choice", "only these tools are offered");
        return offered;
    }

    private void WriteTools(Utf8JsonWriter writer, List<ChatTool> tools)
    {
        if (tools.Count == 0)
            return;
        writer.WriteStartArray("tools"u8);
        foreach (var tool in tools)
            WriteTool(writer, tool);
        writer.WriteEndArray();
        var strict = tools.Exists(static tool => tool.Strict == true);
        if (strict || (_isOwn && tools.Exists(static tool => tool.Strict == false)))
            writer.WriteBoolean("strict_tools"u8, strict);
        if (strict && !tools.TrueForAll(static tool => tool.Strict == true))
            translation.Approximate("tools.strict", "holds for all tools or none: for all");
        if (request.ToolChoice?.Mode is { } mode and not ChatToolMode.Auto)
            writer.WriteString("tool_choice"u8, mode == ChatToolMode.None ? "NONE"u8 : "REQUIRED"u8);
        if (request.ParallelToolCalls == false)
            translation.Drop("parallel_tool_calls", "cannot be forbidden");
    }

    private void WriteTool(Utf8JsonWriter writer, ChatTool tool)
    {
        if (!tool.Native.IsAbsent)
        {
            tool.Native.WriteTo(writer);
            return;
        }
        FunctionJson.WriteTool(writer, tool, _isOwn);
        if (tool.CacheMark is not null)
            translation.Drop($"tools[{request.Tools.IndexOf(tool)}].cache_control", "the provider caches by itself");
        if (!_isOwn)
            translation.DropAll(tool.Extensions, $"tools[{request.Tools.IndexOf(tool)}]");
    }

    private void WriteSampling(Utf8JsonWriter writer)
    {
        if (request.MaxOutputTokens is { } most)
            writer.WriteNumber("max_tokens"u8, most);
        Number(writer, "temperature", request.Temperature, "temperature", 0, 1);
        Number(writer, "p", request.TopP, "top_p", 0.01, 0.99);
        Number(writer, "frequency_penalty", request.FrequencyPenalty, "frequency_penalty", 0, 1);
        Number(writer, "presence_penalty", request.PresencePenalty, "presence_penalty", 0, 1);
        if (request.TopK is { } k)
        {
            var taken = _isOwn ? k : Math.Clamp(k, 0, HighestK);
            if (taken != k)
                translation.Approximate("top_k", "from 0 to 500");
            writer.WriteNumber("k"u8, taken);
        }
        if (request.Seed is { } seed)
        {
            if (seed >= 0 || _isOwn)
                writer.WriteNumber("seed"u8, seed);
            else
                translation.Drop("seed", "must not be negative");
        }
        WriteStops(writer);
        if (request.Logprobs is { } logprobs)
            writer.WriteBoolean("logprobs"u8, logprobs);
    }

    private void WriteStops(Utf8JsonWriter writer)
    {
        if (request.Stop.Count == 0)
            return;
        writer.WriteStartArray("stop_sequences"u8);
        for (var i = 0; i < request.Stop.Count; i++)
        {
            if (i < MostStops || _isOwn)
                writer.WriteStringValue(request.Stop[i]);
            else
                translation.Drop(string.Create(CultureInfo.InvariantCulture, $"stop[{i}]"), "at most five");
        }
        writer.WriteEndArray();
    }

    private void Number(Utf8JsonWriter writer, string name, double? value, string source, double lowest, double highest)
    {
        if (value is not { } number)
            return;
        var taken = _isOwn ? number : Math.Clamp(number, lowest, highest);
        if (taken != number)
            translation.Approximate(source, string.Create(CultureInfo.InvariantCulture, $"from {lowest} to {highest}"));
        writer.WriteNumber(name, taken);
    }

    private static void WriteFormat(Utf8JsonWriter writer, ChatFormat? format)
    {
        if (format is null)
            return;
        writer.WriteStartObject("response_format"u8);
        writer.WriteString("type"u8, format.Kind == ChatFormatKind.Text ? "text"u8 : "json_object"u8);
        if (format.Kind == ChatFormatKind.JsonSchema && !format.Schema.IsAbsent)
        {
            writer.WritePropertyName("json_schema"u8);
            format.Schema.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    private void WriteThinking(Utf8JsonWriter writer)
    {
        if (request.Reasoning is not { } reasoning)
            return;
        if (reasoning is { Enabled: null, Effort: null, BudgetTokens: null })
            return;
        var isOff = reasoning.Enabled == false || reasoning.Effort == "none" || reasoning.BudgetTokens == 0;
        var budget = isOff ? null : reasoning.BudgetTokens is > 0 ? reasoning.BudgetTokens : BudgetOf(reasoning.Effort);
        writer.WriteStartObject("thinking"u8);
        writer.WriteString("type"u8, isOff ? "disabled"u8 : "enabled"u8);
        if (budget is { } tokens)
            writer.WriteNumber("token_budget"u8, tokens);
        writer.WriteEndObject();
        if (!isOff && reasoning.Effort is not null && reasoning.BudgetTokens is null)
            translation.Approximate("reasoning_effort", budget is null ? "thinking without a bound" : "a bound of thinking tokens");
    }

    /// <summary>Tokens for an effort; no bound for high and above.</summary>
    private static long? BudgetOf(string? effort) => effort switch
    {
        "minimal" => 512,
        "low" => 1024,
        "medium" => 4096,
        _ => null,
    };

    private void DropRest()
    {
        if (request.TopLogprobs is > 0)
            translation.Drop("top_logprobs", "only the chosen tokens have log probabilities");
        PlainChat.DropRest(request, translation, "Cohere");
    }
}

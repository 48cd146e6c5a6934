using System.Globalization;
using System.Text.Json.Nodes;

namespace AiGateway.Admin;

/// <summary>One operation of <see cref="AdminOpenApi"/>, as it is put together.</summary>
/// <param name="method">The method, in lower case.</param>
/// <param name="id">Its name in clients that are made of the document.</param>
/// <param name="summary">What it does.</param>
internal sealed class AdminOperation(string method, string id, string summary)
{
    private readonly JsonArray _parameters = [];
    private readonly JsonObject _answers = [];
    private JsonObject? _body;

    /// <summary>The method, in lower case.</summary>
    public string Method => method;

    /// <summary>Whether no key is asked for.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Adds a parameter of the address; a list may be given several times.</summary>
    public AdminOperation Query(string name, string type = "string", bool isList = false)
    {
        var schema = new JsonObject { ["type"] = type };
        _parameters.Add(new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = isList ? new JsonObject { ["type"] = "array", ["items"] = schema } : schema });
        return this;
    }

    /// <summary>Adds a header that may be sent.</summary>
    public AdminOperation Header(string name)
    {
        _parameters.Add(new JsonObject { ["name"] = name, ["in"] = "header", ["schema"] = new JsonObject { ["type"] = "string" } });
        return this;
    }

    /// <summary>Sets the body.</summary>
    public AdminOperation Body(string type, string schema, bool isRequired = true)
    {
        _body = new JsonObject { ["required"] = isRequired, ["content"] = new JsonObject { [type] = new JsonObject { ["schema"] = Reference(schema) } } };
        return this;
    }

    /// <summary>Adds an answer.</summary>
    /// <param name="status">The status.</param>
    /// <param name="type">Its content type; null without a body.</param>
    /// <param name="description">What it says.</param>
    /// <param name="schema">The document's form that its body has; null for one that it does not describe.</param>
    /// <param name="others">Content types that it may have too.</param>
    public AdminOperation Answer(int status, string? type, string description, string? schema = null, params ReadOnlySpan<string> others)
    {
        var answer = new JsonObject { ["description"] = description };
        if (type is not null)
        {
            var content = new JsonObject { [type] = schema is null ? new JsonObject() : new JsonObject { ["schema"] = Reference(schema) } };
            foreach (var other in others)
            {
                content[other] = new JsonObject();
            }
            answer["content"] = content;
        }
        _answers[status.ToString(CultureInfo.InvariantCulture)] = answer;
        return this;
    }

    /// <summary>Adds answers that are errors.</summary>
    public AdminOperation Problems(params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            _answers[status.ToString(CultureInfo.InvariantCulture)] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        }
        return this;
    }

    /// <summary>The operation at a path; names in braces there are its parameters.</summary>
    public JsonObject Write(string path)
    {
        if (!IsOpen)
        {
            Problems(StatusCodes.Status401Unauthorized);
        }
        var operation = new JsonObject { ["operationId"] = id, ["summary"] = summary };
        if (IsOpen)
        {
            operation["security"] = new JsonArray();
        }
        if (path.Contains("{id}", StringComparison.Ordinal))
        {
            _parameters.Insert(0, new JsonObject { ["name"] = "id", ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        }
        if (_parameters.Count > 0)
        {
            operation["parameters"] = _parameters;
        }
        if (_body is not null)
        {
            operation["requestBody"] = _body;
        }
        operation["responses"] = new JsonObject(_answers.OrderBy(static answer => answer.Key, StringComparer.Ordinal).Select(static answer => KeyValuePair.Create(answer.Key, answer.Value?.DeepClone())));
        return operation;
    }

    private static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };
}

namespace AiGateway.FunctionalTests.Gateway;

/// <summary>Puts routing files of tests together from pieces in YAML's block style.</summary>
internal static class RoutingText
{
    /// <summary>One text in which sections of the same name (a line at the margin that ends with a colon) are one section, in order of first appearance.</summary>
    public static string Merge(params string[] texts)
    {
        var order = new List<string>();
        var sections = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var current = "";
            foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            {
                var isHeading = !char.IsWhiteSpace(line[0]) && line[0] != '#';
                if (isHeading)
                    current = line;
                if (!sections.TryGetValue(current, out var lines))
                {
                    order.Add(current);
                    sections[current] = lines = [];
                }
                if (!isHeading)
                    lines.Add(line);
            }
        }
        return string.Join('\n', order.SelectMany(heading => sections[heading].Prepend(heading))) + "\n";
    }

    /// <summary>Providers, deployments and aliases for simulators; <see cref="GatewayServer.ForSimulatorsAsync"/> tells the names.</summary>
    public static string ForSimulators(IReadOnlyList<Uri> simulators)
    {
        var names = Enumerable.Range(0, simulators.Count).Select(NameOf).ToArray();
        return string.Join('\n',
        [
            "providers:",
            .. names.Select((name, i) => $"  sim-{name}: {{ kind: openai-compatible, dialects: [openai, responses], base_url: \"{new Uri(simulators[i], "v1")}\", keys: sk-upstream-{name} }}"),
            "deployments:",
            .. names.Select(name => $"  any-{name}: {{ provider: sim-{name}, model: \"*\" }}"),
            .. names.Select(name => $"  chat-{name}: {{ provider: sim-{name}, model: chat-model }}"),
            "aliases:",
            .. names.Select(name => $"  {name}/*: {{ groups: [{{ deployments: [any-{name}] }}] }}"),
            $"  any/*: {{ groups: [{string.Join(", ", names.Select(name => $"{{ deployments: [any-{name}] }}"))}] }}",
            $"  chat: {{ groups: [{string.Join(", ", names.Select(name => $"{{ deployments: [chat-{name}] }}"))}] }}",
            "prices:",
            .. names.Select(name => $"  sim-{name}/chat-model: {{ input: \"1\", output: \"10\" }}"),
        ]);
    }

    private static string NameOf(int index) => ((char)('a' + index)).ToString();
}

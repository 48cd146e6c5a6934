namespace AiGateway.Configuration.Yaml;

/// <summary>What one binding of a file collects.</summary>
/// <param name="findings">Takes errors and warnings.</param>
/// <param name="environment">Looks an environment variable up; null where values are what they say, because who wrote them is not to see the environment.</param>
internal sealed class BindingContext(Findings findings, Func<string, string?>? environment)
{
    /// <summary>Errors and warnings.</summary>
    public Findings Findings { get; } = findings;

    /// <summary>Where everything stands.</summary>
    public SourceMap Places { get; } = new();

    /// <summary>Variables that values refer to and that are not set: an error, unless the provider around them is optional.</summary>
    public List<MissingVariable> Missing { get; } = [];

    /// <summary>A scalar's text with its references replaced; null after noting why it cannot be had.</summary>
    public string? Resolve(YamlScalar scalar, ConfigPath path)
    {
        if (environment is null)
        {
            return scalar.Text;
        }
        var missing = new List<string>();
        var text = Interpolation.Resolve(scalar.Text, environment, missing, out var problem);
        if (problem is not null)
        {
            Findings.Error(scalar.Place, problem);
        }
        foreach (var name in missing)
        {
            Missing.Add(new MissingVariable(path, scalar.Place, name));
        }
        return text;
    }
}

/// <summary>A reference to a variable that is not set.</summary>
internal sealed record MissingVariable(ConfigPath Path, Place Place, string Name);

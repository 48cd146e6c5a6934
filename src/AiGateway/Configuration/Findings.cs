using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Collects every error and warning of one load, so that an operator sees all of them at once.</summary>
internal sealed class Findings(string file)
{
    // A machine-made file can hold a million wrong keys; nobody reads past the first few hundred.
    private const int MaxErrors = 500;

    private readonly List<ConfigurationError> _errors = [];
    private readonly List<ConfigurationError> _warnings = [];
    private int _untold;

    /// <summary>True when the file may not come into force.</summary>
    public bool HasErrors => _errors.Count > 0;

    /// <summary>Adds an error.</summary>
    public void Error(Place place, string message)
    {
        if (_errors.Count == MaxErrors)
        {
            _untold++;
            return;
        }
        _errors.Add(new ConfigurationError(file, place.Line, place.Column, message));
    }

    /// <summary>Adds a warning: the file is good, but perhaps not what was meant.</summary>
    public void Warning(Place place, string message) => _warnings.Add(new ConfigurationError(file, place.Line, place.Column, message));

    /// <summary>All errors in the order of the file.</summary>
    public IReadOnlyList<ConfigurationError> Errors()
    {
        var sorted = Sorted(_errors);
        if (_untold > 0)
        {
            sorted.Add(new ConfigurationError(file, 0, 0, $"And {_untold} more errors."));
        }
        return sorted;
    }

    /// <summary>All warnings in the order of the file.</summary>
    public IReadOnlyList<ConfigurationError> Warnings() => Sorted(_warnings);

    private static List<ConfigurationError> Sorted(List<ConfigurationError> findings) =>
        [.. findings.Distinct().OrderBy(finding => finding.Line).ThenBy(finding => finding.Column)];
}

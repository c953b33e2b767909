using System.Net.Http.Json;
using System.Text.Json;

namespace LockNGen.TestSupport;

/// <summary>Stops the runs of a simulated ComfyUI, wherever it runs, at chosen places, so that what a test asks during a run is asked during a run.</summary>
/// <param name="http">Reaches the simulator at its base address.</param>
public class SimulatorHolds(HttpClient http)
{
    /// <summary>
    /// Holds the next run that reaches the stage (<c>executionStart</c>, <c>executing</c>, <c>progress</c>, <c>executed</c>, <c>executionSuccess</c>,
    /// <c>historyWritten</c>), and returns the hold's id.
    /// </summary>
    public async Task<Guid> HoldAsync(string stage, string? classType = null, int? step = null, string? promptId = null)
    {
        using var response = await http.PostAsJsonAsync("simulator/holds", new { stage, promptId, classType, step });
        var hold = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return hold.GetProperty("id").GetGuid();
    }

    /// <summary>Waits until a run is stopped by the hold, and returns its prompt id.</summary>
    public async Task<string> HeldAsync(Guid hold)
    {
        var status = await http.GetFromJsonAsync<JsonElement>($"simulator/holds/{hold}?timeoutSeconds=50");
        return status.GetProperty("reached").GetBoolean() ? status.GetProperty("promptId").GetString()! : throw new TimeoutException("No run reached the hold.");
    }

    /// <summary>Waits until the server was told to interrupt the run that is stopped.</summary>
    public async Task InterruptedAsync()
    {
        using var response = await http.GetAsync(new Uri("simulator/interrupt?timeoutSeconds=50", UriKind.Relative));
        if (!response.IsSuccessStatusCode)
            throw new TimeoutException("The run was not interrupted.");
    }

    /// <summary>Lets the run go on, or takes back a hold that no run has reached.</summary>
    public async Task ReleaseAsync(Guid hold)
    {
        using var response = await http.DeleteAsync(new Uri($"simulator/holds/{hold}", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Lets all runs go on.</summary>
    public async Task ReleaseAllAsync()
    {
        using var response = await http.DeleteAsync(new Uri("simulator/holds", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }
}

using System.Numerics.Tensors;
using Worker.Core.Numerics;

namespace Worker.Learning.Fitting;

/// <summary>
/// One pass over the features that answers many fits at once. A block of rows is standardised into cache, then for each
/// tile of fits: logits, residuals, gradient. So the features are read from memory once per pass, however many fits
/// there are, and no [rows, fits] matrix is ever stored. One caller at a time.
/// </summary>
internal sealed class LossPass
{
    /// <summary>
    /// Rows in a block: 48 × 1,536 floats are 288 KiB, which stay in the second-level cache with a tile's weights.
    /// </summary>
    private const int BlockRows = 8 * TileKernel.Step;

    private readonly FeatureMatrix features;
    private readonly Standardisation standardisation;
    private readonly CrossFitAnswers answers;
    private readonly ParallelOptions parallel;
    private readonly RowChunks chunks;

    /// <summary>Features and the bias's constant 1, padded to whole register blocks.</summary>
    private readonly int stride;

    /// <summary>[tiles, stride, Lanes].</summary>
    private PinnedFloats weights = new(0);

    /// <summary>[chunks, tiles, stride, Lanes].</summary>
    private PinnedFloats gradients = new(0);

    public LossPass(
        FeatureMatrix features, Standardisation standardisation, CrossFitAnswers answers, ParallelOptions parallel)
    {
        this.features = features;
        this.standardisation = standardisation;
        this.answers = answers;
        this.parallel = parallel;
        chunks = new RowChunks(features.Rows);
        stride = (features.Width + TileKernel.Step) / TileKernel.Step * TileKernel.Step;
    }

    private int TileLength => stride * TileKernel.Lanes;

    /// <summary>Fills in value and gradient of each objective at its point.</summary>
    public void Evaluate(IReadOnlyList<Objective> objectives)
    {
        var tiles = Pack(objectives);
        if (gradients.Length < (long)chunks.Count * tiles * TileLength)
            gradients = new PinnedFloats((long)chunks.Count * tiles * TileLength);
        var losses = new double[chunks.Count * tiles * TileKernel.Lanes];

        Parallel.For(0, chunks.Count, parallel, () => new Scratch(stride), (chunk, _, scratch) =>
        {
            gradients.Span.Slice(chunk * tiles * TileLength, tiles * TileLength).Clear();
            for (var start = chunks.Start(chunk); start < chunks.Start(chunk + 1); start += BlockRows)
            {
                var rows = Math.Min(BlockRows, chunks.Start(chunk + 1) - start);
                Standardise(start, rows, scratch);
                for (var tile = 0; tile < tiles; tile++)
                    AddTile(objectives, tile, start, rows, scratch, chunk * tiles + tile, losses);
            }
            return scratch;
        }, _ => { });

        // Chunks are added in their order on any thread, which gives the same bits every time.
        Parallel.For(0, tiles, parallel, tile =>
        {
            var total = gradients.Span.Slice(tile * TileLength, TileLength);
            for (var chunk = 1; chunk < chunks.Count; chunk++)
                TensorPrimitives.Add(
                    total, gradients.Span.Slice((chunk * tiles + tile) * TileLength, TileLength), total);
            for (var lane = 0; lane < TileKernel.Lanes && tile * TileKernel.Lanes + lane < objectives.Count; lane++)
                Finish(objectives[tile * TileKernel.Lanes + lane], total, lane, Loss(losses, tiles, tile, lane));
        });
    }

    /// <summary>
    /// Writes the logit of every wanted example that an objective holds out (that is known, if it holds out none).
    /// </summary>
    /// <param name="objectives">Evaluated at their points.</param>
    /// <param name="wanted">For each objective the rows of the examples, rising.</param>
    /// <param name="logits">For each objective the array that receives them, as long as its rows. Places of examples
    /// that it does not hold out are not changed, so the folds of one label may share an array.</param>
    public void Predict(
        IReadOnlyList<Objective> objectives, IReadOnlyList<int[]> wanted, IReadOnlyList<float[]> logits)
    {
        var tiles = Pack(objectives);
        Parallel.For(0, chunks.Count, parallel, () => new Scratch(stride), (chunk, _, scratch) =>
        {
            for (var start = chunks.Start(chunk); start < chunks.Start(chunk + 1); start += BlockRows)
            {
                var rows = Math.Min(BlockRows, chunks.Start(chunk + 1) - start);
                Standardise(start, rows, scratch);
                for (var tile = 0; tile < tiles; tile++)
                {
                    Multiply(tile, rows, scratch);
                    for (var lane = 0; lane < TileKernel.Lanes
                        && tile * TileKernel.Lanes + lane < objectives.Count; lane++)
                    {
                        var at = tile * TileKernel.Lanes + lane;
                        Keep(objectives[at], wanted[at], logits[at], start, rows, lane, scratch);
                    }
                }
            }
            return scratch;
        }, _ => { });
    }

    /// <summary>Arranges the points as tiles; lanes without a fit are zero.</summary>
    private int Pack(IReadOnlyList<Objective> objectives)
    {
        var tiles = (objectives.Count + TileKernel.Lanes - 1) / TileKernel.Lanes;
        if (weights.Length < tiles * TileLength)
            weights = new PinnedFloats((long)tiles * TileLength);
        weights.Span.Clear();
        Parallel.For(0, objectives.Count, parallel, index =>
        {
            var tile = weights.Span.Slice(index / TileKernel.Lanes * TileLength, TileLength);
            var point = objectives[index].At;
            for (var k = 0; k < point.Length; k++)
                tile[k * TileKernel.Lanes + index % TileKernel.Lanes] = point[k];
        });
        return tiles;
    }

    private void Standardise(int start, int rows, Scratch scratch)
    {
        for (var r = 0; r < rows; r++)
        {
            var target = scratch.Features.Span.Slice(r * stride, features.Width);
            TensorPrimitives.Subtract(features.Row(start + r), standardisation.Mean, target);
            TensorPrimitives.Multiply(target, standardisation.Scale, target);
            scratch.Features.Span[r * stride + features.Width] = 1;
        }
    }

    /// <summary>
    /// Rows past the block's end, up to a whole register block, hold an earlier block's rows; their results are not
    /// read.
    /// </summary>
    private unsafe void Multiply(int tile, int rows, Scratch scratch) => TileKernel.Logits(
        scratch.Features.Pointer,
        (rows + TileKernel.Step - 1) / TileKernel.Step * TileKernel.Step,
        stride,
        weights.Pointer + (nint)tile * TileLength,
        scratch.Logits.Pointer);

    private unsafe void AddTile(
        IReadOnlyList<Objective> objectives, int tile, int start, int rows, Scratch scratch, int slot, double[] losses)
    {
        if (!FillAnswers(objectives, tile, start, rows, scratch))
            return;
        Multiply(tile, rows, scratch);
        CrossEntropyKernel.Evaluate(
            rows,
            scratch.Logits.Pointer,
            scratch.Answers.Pointer,
            scratch.Weights.Pointer,
            scratch.Residuals.Pointer,
            losses.AsSpan(slot * TileKernel.Lanes, TileKernel.Lanes));
        TileKernel.AddGradient(scratch.Features.Pointer, rows, stride, scratch.Residuals.Pointer,
            gradients.Pointer + (nint)slot * TileLength);
    }

    /// <summary>
    /// Answers and weights of the block for a tile's fits; false if no answer counts for any of them.
    /// </summary>
    private bool FillAnswers(IReadOnlyList<Objective> objectives, int tile, int start, int rows, Scratch scratch)
    {
        var first = tile * TileKernel.Lanes;
        var count = Math.Min(TileKernel.Lanes, objectives.Count - first);
        var any = false;
        scratch.Weights.Span.Clear();
        for (var lane = 0; lane < count; lane++)
        {
            var objective = objectives[first + lane];
            var codes = answers.Of(objective.Label, start, rows);
            for (var r = 0; r < codes.Length; r++)
            {
                var code = codes[r];
                if (code == 0 || Math.Abs((int)code) == objective.HeldOut)
                    continue;
                any = true;
                scratch.Answers.Span[r * TileKernel.Lanes + lane] = code > 0 ? 1 : 0;
                scratch.Weights.Span[r * TileKernel.Lanes + lane] = answers.Weight(start + r, objective.Label) * (
                    code > 0 ? objective.PositiveWeight : 1);
            }
        }
        return any;
    }

    private void Keep(
        Objective objective, int[] wanted, float[] logits, int start, int rows, int lane, Scratch scratch)
    {
        var first = Array.BinarySearch(wanted, start);
        for (var i = first < 0 ? ~first : first; i < wanted.Length && wanted[i] < start + rows; i++)
        {
            var code = answers[wanted[i], objective.Label];
            if (code != 0 && (objective.HeldOut == 0 || Math.Abs((int)code) == objective.HeldOut))
                logits[i] = scratch.Logits.Span[(wanted[i] - start) * TileKernel.Lanes + lane];
        }
    }

    private double Loss(double[] losses, int tiles, int tile, int lane)
    {
        var sum = 0d;
        for (var chunk = 0; chunk < chunks.Count; chunk++)
            sum += losses[(chunk * tiles + tile) * TileKernel.Lanes + lane];
        return sum;
    }

    private void Finish(Objective objective, ReadOnlySpan<float> total, int lane, double loss)
    {
        var squares = 0d;
        for (var k = 0; k <= features.Width; k++)
        {
            var weight = k < features.Width ? objective.At[k] - (objective.Centre?[k] ?? 0) : 0;
            squares += (double)weight * weight;
            objective.Gradient[k] = (float)(
                total[k * TileKernel.Lanes + lane] / objective.TotalWeight + objective.L2 * weight);
        }
        objective.Value = loss / objective.TotalWeight + objective.L2 / 2 * squares;
    }

    /// <summary>One thread's block.</summary>
    private sealed class Scratch(int stride)
    {
        /// <summary>Standardised, the bias's 1 and zeros after them; [BlockRows, stride].</summary>
        public PinnedFloats Features { get; } = new((long)BlockRows * stride);

        /// <summary>[BlockRows, Lanes], like the rest.</summary>
        public PinnedFloats Logits { get; } = new(BlockRows * TileKernel.Lanes);

        public PinnedFloats Answers { get; } = new(BlockRows * TileKernel.Lanes);

        public PinnedFloats Weights { get; } = new(BlockRows * TileKernel.Lanes);

        public PinnedFloats Residuals { get; } = new(BlockRows * TileKernel.Lanes);
    }
}
